"""Nodes and links come and go under a running service: each is an edit of the file and an apply, and a client measures.

Two nodes become three and get a second link, an address changes, a node is replaced by a new machine, and they become
two again. What the plan foretells of the service is held against what the client met.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from load import Load, load
from staging import Stage, up, wait_for_line

pytestmark = pytest.mark.lab

TWO = """\
cluster: {name}
nodes:
  n1: {links: [10.76.0.11], fencing: {ipmi: 10.76.9.11}}
  n2: {links: [10.76.0.12], fencing: {ipmi: 10.76.9.12}}
corosync: {token: 1s}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  site: {kind: web, address: 10.76.0.100/24}
"""
N3 = "  n3: {links: [10.76.0.13], fencing: {ipmi: 10.76.9.13}}\n"
THREE = TWO.replace("corosync:", f"{N3}corosync:")
LINKED = re.sub(r"links: \[10\.76\.0\.(\d+)\]", r"links: [10.76.0.\1, 172.26.0.\1]", THREE)
MOVED = LINKED.replace("172.26.0.12", "172.26.0.92")
PAIR = "".join(line for line in MOVED.splitlines(keepends=True) if "n3" not in line)


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Stage]:
    with up(Stage("t-grown", tmp_path / "cluster.yaml"), TWO) as made:
        yield made


def foretold_s(stage: Stage, *options: str) -> float:
    """Return for how long the plan says that clients are without the service."""
    said = stage.quorate("plan", "--lab", "--format", "json", "--no-test-fencing", str(stage.file), *options)
    plan: dict[str, Any] = json.loads(said.stdout)
    assert plan["consequences"]["unknown"] == "", said.stderr
    (site,) = (one for one in plan["consequences"]["services"] if one["service"] == "site")
    return float(site["interruption"]["seconds"]) if site["interruption"] else 0.0


def changed(stage: Stage, load: Load, text: str, *options: str, killed_at: str = "") -> tuple[float, float]:
    """Change the file, let the lab have what is new in it, and apply; return foretold and measured seconds."""
    stage.write(text)
    stage.quorate("lab", "up", str(stage.file), check=True)
    foretold = foretold_s(stage, *options)
    load.since_last()
    if killed_at:
        process = stage.begin("apply", "--lab", "--no-test-fencing", str(stage.file), *options)
        wait_for_line(process, killed_at)
        stage.kill()
    stage.apply("--no-test-fencing", *options, check=True)
    answered, measured = load.since_last()
    assert answered > 0
    return foretold, measured


def home(stage: Stage) -> str:
    """Return the node that runs the service."""
    return stage.ssh("n1", "crm_resource --locate --resource site --quiet").strip()


def test_members_come_and_go(grown: Stage, tmp_path: Path) -> None:
    stage = grown
    stage.apply("--no-test-fencing", check=True)
    pids = stage.ssh("n1", "pidof corosync pacemakerd")
    with load(stage.name, "http://10.76.0.100/", tmp_path / "load.txt") as client:
        # Two become three; whoever does it dies on the way.
        assert changed(stage, client, THREE, killed_at="membership:") == (0, 0)
        votes = stage.ssh("n3", "corosync-quorumtool -s")
        assert re.search(r"Expected votes:\s+3\n.*Total votes:\s+3\nQuorum:\s+2\s", votes, re.DOTALL)
        assert "2Node" not in votes
        assert "ipmi-n3" in stage.ssh("n1", "stonith_admin --list n3")

        # A second link.
        assert changed(stage, client, LINKED) == (0, 0)
        for node in ("n1", "n2", "n3"):
            links = stage.ssh(node, "corosync-cfgtool -s")
            assert links.count("LINK ID") == 2
            assert links.count("connected") == 4  # to two nodes, on two links
            assert "disconnected" not in links

        # Another address on that link: it is taken out of use, and comes back.
        assert changed(stage, client, MOVED) == (0, 0)
        assert "172.26.0.92" in stage.ssh("n1", "corosync-cfgtool -n")

        # A new machine of the same name, in the place of one that does not run the service.
        spare = next(node for node in ("n3", "n2") if node != home(stage))
        stage.ssh(spare, "systemctl stop pacemaker corosync")
        stage.quorate("lab", "replace", str(stage.file), spare, check=True)
        assert "no" in stage.ssh(spare, "test -e /etc/corosync/authkey || echo no")
        assert changed(stage, client, MOVED) == (0, 0)
        assert "OFFLINE" not in stage.ssh("n1", "crm_mon -1")
        assert stage.ssh("n1", "pidof corosync pacemakerd") == pids, "somebody was restarted, or fenced"

        # Three become two: not because a line is missing, and never without a word about the service that runs there.
        stage.ssh("n1", "crm_resource --move --resource site --node n3 && crm_resource --wait")
        stage.ssh("n1", "crm_resource --clear --resource site")
        assert home(stage) == "n3"
        stage.write(PAIR)
        refused = stage.quorate("plan", "--lab", "--no-test-fencing", str(stage.file))
        assert "--remove n3" in refused.stdout + refused.stderr
        foretold, measured = changed(stage, client, PAIR, "--remove", "n3", killed_at="departure:")
        assert foretold > 0
        assert measured > 0

    again = stage.quorate("plan", "--lab", "--no-test-fencing", str(stage.file))
    assert again.returncode == 0, again.stdout + again.stderr
    votes = stage.ssh("n1", "corosync-quorumtool -s")
    assert "2Node" in votes
    assert re.search(r"Expected votes:\s+2\n", votes)
    assert "n3" not in stage.ssh("n1", "cibadmin --query")
    stage.write(MOVED)  # the lab still has its machine
    left = stage.ssh(
        "n3", "systemctl is-enabled corosync pacemaker; ls /etc/corosync /var/lib/pacemaker/cib", check=False
    )
    assert left.split()[:2] == ["disabled", "disabled"]
    assert not {"corosync.conf", "authkey", "cib.xml"} & set(left.split())
