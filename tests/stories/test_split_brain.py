"""The check for a split brain can fail: a real one without fencing, and none with it; the same fault on two nodes."""

import json
from pathlib import Path
from typing import Any

import pytest
from staging import Stage

pytestmark = pytest.mark.lab

FENCED = """\
cluster: {name}
nodes:
  n1: {links: [10.45.0.11, 172.45.0.11], fencing: {ipmi: 10.45.9.11}}
  n2: {links: [10.45.0.12, 172.45.0.12], fencing: {ipmi: 10.45.9.12}}
corosync: {token: 1s}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  site: {kind: web, address: 10.45.0.100/24}
"""
UNFENCED = FENCED.replace("fencing:\n", "fencing:\n  enabled: false\n")
OBSERVERS = "pgrep -c -f '[q]uorate-places' || true"


def drilled(stage: Stage, folder: Path) -> tuple[int, dict[str, Any], str]:
    """Isolate the node that serves; return the exit code, run.json and report.txt."""
    done = stage.quorate("drill", "--lab", str(stage.file), "isolated", "-o", str(folder))
    [run] = folder.glob("*/*/run.json")
    assert [stage.ssh(node, OBSERVERS).strip() for node in ("n1", "n2")] == ["0", "0"]
    return done.returncode, json.loads(run.read_text()), (run.parent / "report.txt").read_text()


@pytest.mark.parametrize("stage", [UNFENCED], indirect=True)
def test_a_real_split_brain_is_seen_and_with_fencing_there_is_none(stage: Stage, tmp_path: Path) -> None:
    """As the documents have it: no fencing, and no quorum needed; then the same nodes as quorate would have them."""
    stage.apply("--no-test-fencing", check=True)
    stage.ssh("n1", "crm_attribute --name no-quorum-policy --update ignore")
    code, run, text = drilled(stage, tmp_path / "unfenced")
    print(text)
    assert (code, run["verdict"], run["places"]["verdict"]) == (1, "violated", "violated")
    twice = {one["kind"]: one for one in run["places"]["twice"]}
    assert twice.keys() == {"address", "port"}
    assert all(one["nodes"] == ["n1", "n2"] and one["seconds"] > 2 and one["from_s"] > 0 for one in twice.values())
    assert "Split brain: both n1 and n2 had 10.45.0.100 (site)" in text.replace("\n", " ")

    stage.write(FENCED)
    stage.apply("--no-test-fencing", check=True)
    code, run, text = drilled(stage, tmp_path / "fenced")
    print(text)
    assert (code, run["verdict"], run["places"]["verdict"]) == (0, "held", "held")
    assert run["places"]["twice"] == []
    assert [one["node"] for one in run["places"]["unobserved"]], "the one that was fenced was away"
    assert "Nothing was active in two places." in text.replace("\n", " ")
