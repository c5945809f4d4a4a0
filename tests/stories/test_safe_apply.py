"""Changes that go wrong: what does not work is taken back, what was killed is gone on with, what is unwanted goes back.

One cluster, from one bad day to the next. A client asks for the site all the time.
"""

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from staging import Stage, is_well, wait_for_line

pytestmark = pytest.mark.lab

FILE = """\
cluster: {name}
nodes:
  n1: {links: [10.74.0.11, 172.31.74.11], fencing: {ipmi: 10.74.9.11}}
  n2: {links: [10.74.0.12, 172.31.74.12], fencing: {ipmi: 10.74.9.12}}
  n3: {links: [10.74.0.13, 172.31.74.13], fencing: {ipmi: 10.74.9.13}}
corosync: {token: 1s}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  site: {kind: web, address: 10.74.0.100/24, drain: 1s}
"""
NOWHERE = FILE.replace("10.74.0.100", "10.99.0.100")  # a network that no node has: the address does not start
DRAINED = FILE.replace("drain: 1s", "drain: 3s").replace("token: 1s", "token: 1200ms").replace("100/24", "101/24")
QUICK = ("--no-test-fencing",)
OUTAGE_MAX_S = 60
"""Of a change that is taken back: far above what it takes (8 s), and far below the two starts' timeouts."""

CLIENT = """
import sys, time, urllib.request
while True:
    try:
        urllib.request.urlopen(sys.argv[1], timeout=1).read()
        print(time.monotonic(), flush=True)
    except OSError:
        pass
    time.sleep(0.05)
"""


def history(stage: Stage, *words: str) -> list[dict]:
    return json.loads(stage.quorate("history", "--lab", "--format", "json", str(stage.file), *words, check=True).stdout)


def is_planned_empty(stage: Stage, text: str) -> None:
    stage.write(text)
    done = stage.quorate("plan", "--lab", *QUICK, str(stage.file))
    assert done.returncode == 0, done.stdout + done.stderr


def configuration(stage: Stage) -> str:
    """What the cluster runs by, and how often that was changed."""
    return stage.ssh(
        "n1", "cibadmin --query --scope configuration; cibadmin --query | head -1 | grep -o ' epoch=[^ ]*'"
    )


def killed_at(stage: Stage, text: str, line: str) -> None:
    """Begin to apply a file, and kill quorate when it says a line."""
    stage.write(text)
    process = stage.begin("apply", "--lab", *QUICK, str(stage.file))
    wait_for_line(process, line)
    process.kill()
    process.wait()


def longest_s(file: Path) -> float:
    """The longest time between two answers."""
    times = [float(line) for line in file.read_text().splitlines()]
    assert len(times) > 10
    return max(after - before for before, after in pairwise(times))


@pytest.mark.parametrize("stage", [FILE], indirect=True)
def test_returned(stage: Stage, tmp_path: Path) -> None:
    stage.apply(*QUICK, check=True)
    what_does_not_work_is_taken_back(stage, tmp_path / "answers")
    killed_in_the_middle_of_what_does_not_work(stage)
    killed_at_every_stage(stage)
    what_is_not_wanted_goes_back(stage)
    a_node_is_down(stage)


def what_does_not_work_is_taken_back(stage: Stage, answers: Path) -> None:
    argv = ["ip", "netns", "exec", f"quorate-{stage.name}", "python3", "-c", CLIENT, "http://10.74.0.100/quorate.html"]
    with answers.open("w") as out:
        client = stage.popen(argv, out)
        stage.write(NOWHERE)
        done = stage.apply(*QUICK)
        time.sleep(2)  # of answers
        client.kill()
        client.wait()
    assert done.returncode == 1, done.stderr
    assert "site-address failed on n" in done.stderr
    assert "The previous configuration is back, and all that ran before runs" in done.stderr
    assert "'s journal: " in done.stderr
    outage_s = longest_s(answers)
    print(f"interrupted for {outage_s:.1f} s by a change that was taken back")
    assert outage_s < OUTAGE_MAX_S
    is_planned_empty(stage, FILE)
    assert is_well(stage.status(is_well))
    built, returned = history(stage)
    assert (built["state"], returned["state"]) == ("done", "returned")
    assert "site-address failed on n" in returned["reason"]
    shown = stage.quorate("history", "--lab", str(stage.file), returned["id"], check=True).stdout
    assert '+          <nvpair id="site-address-parameters-ip" name="ip" value="10.99.0.100"/>' in shown


def killed_in_the_middle_of_what_does_not_work(stage: Stage) -> None:
    """The one that goes on knows where to go back to."""
    killed_at(stage, NOWHERE, "CIB accepted")
    codes = {problem["code"] for problem in stage.status(lambda _: True)["problems"]}
    assert "change-unfinished" in codes
    done = stage.apply(*QUICK)
    assert done.returncode == 1, done.stderr
    assert "was not ended" in done.stderr
    assert "The previous configuration is back" in done.stderr
    is_planned_empty(stage, FILE)
    assert history(stage)[-1]["state"] == "returned"


def killed_at_every_stage(stage: Stage) -> None:
    """Each one goes on where the one before was killed; the last ends it."""
    for line in ("hosts: n1", "membership: n", "configuration: n1", "CIB accepted", "services: site-address"):
        killed_at(stage, DRAINED, line)
    stage.apply(*QUICK, check=True)
    is_planned_empty(stage, DRAINED)
    states = [record["state"] for record in history(stage)]
    assert states[-1] == "done"
    assert "begun" not in states
    assert stage.ssh("n1", "ls /run/quorate").split() == ["apply.lock"]


def what_is_not_wanted_goes_back(stage: Stage) -> None:
    before = next(one for one in history(stage) if one["state"] == "failed")  # the first of those that were killed
    done = stage.quorate("rollback", "--lab", str(stage.file), before["id"])
    assert done.returncode == 0, done.stderr
    assert "apply would bring the change again" in done.stdout
    is_planned_empty(stage, FILE)
    assert history(stage)[-1]["what"] == f"rollback of {before['id']}"
    there_and_back_with_two_operators(stage)
    is_planned_empty(stage, DRAINED)
    done = stage.quorate("rollback", "--lab", str(stage.file), history(stage)[0]["id"])
    assert done.returncode == 4
    assert "the cluster had no services yet" in done.stderr


def there_and_back_with_two_operators(stage: Stage) -> None:
    """A rollback is a change like any other: it can be rolled back, and nobody else changes anything meanwhile."""
    first = stage.begin("rollback", "--lab", str(stage.file))
    wait_for_line(first, "hosts: n1")
    second = stage.apply(*QUICK)
    assert second.returncode == 1
    assert f"process {first.pid}, rollback {stage.name}" in second.stderr
    assert first.wait(timeout=300) == 0


def a_node_is_down(stage: Stage) -> None:
    stage.ssh("n3", "systemctl stop pacemaker corosync")
    stage.quorate("lab", "power", "off", str(stage.file), "n3", check=True)
    before = configuration(stage)
    stage.write(FILE)
    done = stage.apply(*QUICK)
    assert done.returncode == 3
    assert "--without n3" in done.stderr
    assert configuration(stage) == before, "refused, and yet something was changed"
    done = stage.apply(*QUICK, "--without", "n2")
    assert done.returncode == 3, "n3 is still not spoken of"
    stage.apply(*QUICK, "--without", "n3", check=True)
    assert "10.74.0.100" in configuration(stage)
    stage.quorate("lab", "power", "on", str(stage.file), "n3", check=True)
    stage.status(lambda found: all(node["answered"] for node in found["nodes"]))
    stage.apply(*QUICK, check=True)
    is_planned_empty(stage, FILE)
    assert stage.ssh("n3", "ls /var/lib/quorate/history") == stage.ssh("n1", "ls /var/lib/quorate/history")
