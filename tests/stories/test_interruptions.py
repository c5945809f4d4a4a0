"""An apply that is killed, or meets another one, leaves nothing that the next apply cannot carry on from."""

import re
import time

import pytest
from staging import wait_for_line

pytestmark = pytest.mark.lab

# The first line that each stage prints; killing there leaves that stage half done.
STAGES = ("hosts:", "key:", "membership:", "manager:", "configuration:", "services:", "power:", "n1 fenced")

NODES = ("n1", "n2", "n3")

# Daemons not restarted, the configuration not written, nothing moved.
SAME = (
    "pidof corosync pacemakerd; cibadmin -Q | head -1 | grep -o ' epoch=[^ ]*'; crm_resource --locate --resource site"
)


def test_apply_killed_at_every_stage_converges(stage):
    for word in STAGES:
        process = stage.begin("apply", "--lab", str(stage.file))
        wait_for_line(process, word)
        stage.kill()
    done = stage.apply()
    assert done.returncode == 0, done.stderr
    assert "fencing proven on every node" in done.stderr
    again = stage.apply()
    assert "nothing to do" in again.stdout, again.stderr + again.stdout


def test_second_apply_is_told_who_holds_the_lock(stage):
    first = stage.begin("apply", "--lab", str(stage.file))
    wait_for_line(first, "membership:")
    second = stage.apply()
    assert second.returncode == 1
    assert "is changing this cluster" in second.stderr
    assert f"process {first.pid}" in second.stderr
    stage.kill()
    # The lock lives in the connection: it is gone as soon as the nodes notice that the holder is.
    deadline = time.monotonic() + 20
    while (done := stage.quorate("apply", "--lab", str(stage.file))).returncode != 0:
        assert "is changing this cluster" in done.stderr
        assert time.monotonic() < deadline


def test_second_apply_changes_nothing(stage):
    assert stage.apply().returncode == 0
    before = [stage.ssh(node, SAME) for node in NODES]
    done = stage.apply()
    after = [stage.ssh(node, SAME) for node in NODES]
    assert "nothing to do" in done.stdout
    assert after == before
    what_was_built_is_read_back(stage)


def what_was_built_is_read_back(stage):
    """The file that `import` makes of the running cluster is the one that it was built by."""
    read = stage.quorate("import", "--lab", str(stage.file))
    assert read.returncode == 0, read.stderr
    assert "site: {kind: web" in read.stdout
    assert "resources:" not in read.stdout
    stage.write(re.sub(r"IPMI_\w+_PASSWORD", "IPMI_PASSWORD", read.stdout))
    planned = stage.quorate("plan", "--lab", str(stage.file))
    assert planned.stdout.splitlines()[-1] == "Nothing to do.", planned.stdout + planned.stderr
