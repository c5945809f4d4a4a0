"""Daemons restart under a running service: what Corosync reads only when it starts is an edit of the file and an apply.

A cluster on multicast goes over to knet, with every resource left running; it gets a new key by a reload; and its nodes
wait for all at their next start, for which they are restarted one after the other. A client asks all the time.
"""

import json
import re
from pathlib import Path

import pytest
from load import load
from staging import Stage, wait_for_line

pytestmark = pytest.mark.lab

NODES = ("n1", "n2", "n3")
KNET = """\
cluster: {name}
nodes:
  n1: {links: [10.75.0.11], fencing: {ipmi: 10.75.9.11}}
  n2: {links: [10.75.0.12], fencing: {ipmi: 10.75.9.12}}
  n3: {links: [10.75.0.13], fencing: {ipmi: 10.75.9.13}}
corosync: {token: 3s}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  site: {kind: web, address: 10.75.0.100/24}
"""
MULTICAST = KNET.replace("{token: 3s}", "{token: 3s, transport: udp, links: [{multicast: 239.192.75.1}]}")
TOTEM = "journalctl --no-pager --unit corosync | grep -E 'TOTEM|KNET|pause|scheduled' | tail -20"
WAITING = KNET + "quorum: {wait_for_all: true}\n"


def seen(stage: Stage, command: str) -> list[str]:
    return [stage.ssh(node, command).strip() for node in NODES]


def fenced(stage: Stage) -> str:
    """Return who was fenced, with what Corosync said of it."""
    history = stage.ssh("n1", "stonith_admin --history '*'")
    return history + "".join(seen(stage, TOTEM)) if "reboot" in history else ""


def is_unmarked(stage: Stage) -> bool:
    """Tell whether nothing is left in maintenance or standby, and all that runs is watched."""
    cib = stage.ssh("n1", "cibadmin --query")
    recurring = set(re.findall(r'<lrm_rsc_op id="(site-\w+)_monitor_[1-9]', cib))
    return not re.search("quorate-restart|maintenance-mode|standby", cib) and recurring == {
        "site-address",
        "site-apache",
    }


@pytest.mark.parametrize("stage", [MULTICAST], indirect=True)
def test_restarts(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    with load(stage.name, "http://10.75.0.100/", tmp_path / "load.txt") as client:
        # All together, and whoever does it dies while Pacemaker is being stopped.
        stage.write(KNET)
        process = stage.begin("apply", "--lab", "--no-test-fencing", str(stage.file))
        wait_for_line(process, "stop pacemaker on")
        stage.kill()
        done = stage.apply("--no-test-fencing", check=True)
        assert "maintenance is off, every resource is watched again" in done.stderr
        assert all("= knet" in said for said in seen(stage, "corosync-cmapctl -g totem.transport"))
        assert is_unmarked(stage)
        assert client.since_last()[1] == 0

        # A new key.
        daemons, keys = seen(stage, "pidof corosync pacemakerd"), seen(stage, "sha256sum /etc/corosync/authkey")
        stage.apply("--no-test-fencing", "--rotate-key", check=True)
        rotated = seen(stage, "sha256sum /etc/corosync/authkey; test ! -e /etc/corosync/authkey.*")
        assert len({*rotated, *keys}) == 2, "one key before, another one after"
        assert fenced(stage) == "", "nobody lost the others while the key changed"
        assert seen(stage, "pidof corosync pacemakerd") == daemons
        assert client.since_last()[1] == 0

        # One after the other; the service moves once, off the node that comes last.
        stage.write(WAITING)
        plan = json.loads(
            stage.quorate("plan", "--lab", "--no-test-fencing", "--format", "json", str(stage.file)).stdout
        )
        emptied = [change["host"] for change in plan["changes"] if change["empties"]]
        home = stage.ssh("n1", "crm_resource --locate --resource site --quiet").strip()
        assert sorted(emptied) == list(NODES)
        assert emptied[-1] == home
        done = stage.apply("--no-test-fencing", check=True)
        assert re.findall(r"(\w+) is empty", done.stderr) == emptied
        assert all("WaitForAll" in said for said in seen(stage, "corosync-quorumtool -s"))
        assert not set(seen(stage, "pidof corosync pacemakerd")) & set(daemons)
        assert is_unmarked(stage)
        answered, interrupted_s = client.since_last()
        assert answered > 0
        assert interrupted_s > 0, "a service that moves is away for a moment"

        again = stage.apply("--no-test-fencing")
        assert "nothing to do" in again.stdout, again.stderr
        assert client.since_last()[1] == 0
    assert fenced(stage) == ""
