"""What a plan says is what happens: changes on one cluster, each foretold, applied, and held against its journals.

A client asks the web service while it moves; how long it waited is printed beside what was foretold (pytest -s), and
the operations that Pacemaker ran are compared one by one.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from staging import FILE, Stage

pytestmark = pytest.mark.lab

NODES = ("n1", "n2", "n3")
DUMMY = 'primitive: "ocf:pacemaker:Dummy"'
TICK, TOCK, TACK = (f"  {name}: {{{DUMMY}, parameters: {{fake: one}}}}\n" for name in ("tick", "tock", "tack"))
TEXT = FILE.replace("10.31.", "10.73.").replace("172.31.", "172.30.") + f"resources:\n{TICK}{TOCK}"
INITIATING = re.compile(r"Initiating (?:\S+-interval )?([\w-]+) operation (\S+)_\1_\d+ (?:locally )?on (\S+)")
QUIET = {"monitor", "cancel", "notify", "delete", "clear_failcount"}  # and what Pacemaker does by itself
CLIENT = Path(__file__).with_name("asking.py")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/plan.schema.json").read_text())
CONF = "/etc/apache2/conf-enabled/quorate.conf"

Made = dict[str, Any]


@pytest.mark.parametrize("stage", [TEXT], indirect=True)
def test_planned(stage: Stage, tmp_path: Path) -> None:
    stage.apply("--no-test-fencing", check=True)
    assert plan(stage, code=0)["changes"] == []

    # A parameter that the agent takes over, one that it reads at start, a property, a resource more.
    text = TEXT.replace(TICK, TICK.replace("fake: one", "fake: two"))
    text = text.replace(TOCK, TOCK.replace("fake: one", "fake: one, state: /run/tock-elsewhere") + TACK)
    text += "pacemaker: {properties: {cluster-recheck-interval: 7min}}\n"
    changed(stage, text, expect={"tick": "reloaded", "tock": "restarted", "tack": "started"})
    # A meta attribute, a monitor's interval, a time-out.
    quiet = "meta: {resource-stickiness: 5}, operations: {monitor: [{interval: 7s}], start: [{timeout: 33s}]}"
    changed(stage, text.replace(f"tack: {{{DUMMY}", f"tack: {{{DUMMY}, {quiet}"), expect={})

    moves(stage, text)
    a_node_rests(stage, text)
    without_one(stage, text.replace(TACK, ""))
    by_hand(stage)
    for_another_day(stage, text, tmp_path / "plan.json")
    a_node_does_not_answer(stage)


def moves(stage: Stage, text: str) -> None:
    """The web service moves to another node; with too little allowed it does not."""
    here = served_by(stage)
    there = next(node for node in NODES if node != here)
    moved = text + f"constraints:\n  - {{location: site, node: {there}}}\n"
    stage.write(moved)
    for command in ("plan", "apply"):
        refused = stage.quorate(command, "--lab", "--no-test-fencing", "--max-interruption", "100ms", str(stage.file))
        assert refused.returncode == 4, refused.stderr
        assert f"site moved from {here} to {there}" in refused.stderr
    assert served_by(stage) == here

    with asked(stage, "10.73.0.100") as waits:
        made = changed(stage, moved, expect={"site": "moved"})
    (site,) = [one for one in made["consequences"]["services"] if one["service"] == "site"]
    print(f"\nmoved: foretold {site['interruption']}, the client waited {waits[0]:.2f} s")
    assert (site["before"], site["after"], served_by(stage)) == ([here], [there], there)
    assert waits[0] > 0.1, "it stops here before it starts there"
    changed(stage, text, "--prune", expect={})


def a_node_rests(stage: Stage, text: str) -> None:
    """A node is put into standby by the file: what runs there moves; and is taken back."""
    node = located(stage, "tick")
    for value, fate in (("on", "moved"), ("off", "unaffected")):
        rests = text.replace(f"  {node}: {{", f"  {node}: {{attributes: {{standby: '{value}'}}, ")
        made = changed(stage, rests)
        (tick,) = [one for one in made["consequences"]["services"] if one["service"] == "tick"]
        assert tick["fate"] == fate
        assert tick["after"] == [located(stage, "tick")] != [node]


def without_one(stage: Stage, text: str) -> None:
    """What the file does not have any more is kept and named; pruned, it is stopped and removed."""
    stage.write(text)
    kept = plan(stage, code=0)
    assert [f["code"] for f in kept["findings"] if "tack" in f["summary"]] == ["not-in-the-file"]
    changed(stage, text, "--prune", expect={"tack": "stopped"})
    assert "tack" not in stage.ssh("n1", "cibadmin --query --scope resources")


def by_hand(stage: Stage) -> None:
    """What somebody did is named, with its age and with what it was done; apply undoes what is the file's."""
    stage.ssh("n1", f"crm_resource --ban --resource tock --node {served_by(stage)} 2>&1")
    stage.ssh("n2", "crm_resource --resource tick --set-parameter target-role --meta --parameter-value Stopped")
    stage.ssh("n2", "crm_attribute --name stop-orphan-actions --update false")
    node = next(node for node in NODES if node not in {located(stage, "tock"), served_by(stage)})
    stage.ssh("n1", f"crm_attribute --node {node} --name standby --update on")
    found = {f["code"]: f["summary"] for f in plan(stage, code=0)["findings"]}
    assert {"move-left-over", "set-by-hand", "not-in-the-file", "node-in-standby"} <= set(found)
    assert re.search(r"cli-ban-tock.* made \d+ s ago .* by root with crm_resource on n1", found["move-left-over"])
    assert f"{node} is in standby" in found["node-in-standby"]
    stage.ssh("n1", f"crm_attribute --node {node} --name standby --update off; crm_resource --clear --resource tock")
    stage.ssh("n1", "crm_resource --resource tick --delete-parameter target-role --meta")
    stage.ssh("n1", "crm_attribute --name stop-orphan-actions --delete")

    stage.ssh("n2", f"echo '# mine' >> {CONF}; systemctl enable apache2 2>&1")
    made = plan(stage)
    assert {"file-edited", "unit-enabled"} <= {f["code"] for f in made["findings"]}
    assert any("-# mine" in change["difference"] for change in made["changes"])
    touched = {one["name"] for one in made["hosts"]["n2"] if one["deed"] == "changed"}
    assert touched == {CONF, "apache2"}
    stage.apply("--no-test-fencing", check=True)
    assert "# mine" not in stage.ssh("n2", f"cat {CONF}")


def for_another_day(stage: Stage, text: str, kept: Path) -> None:
    """A plan is kept, refused when the cluster or the file is another, and applied when it is not."""
    text = text.replace(TACK, "").replace("fake: two", "fake: three")
    stage.write(text)
    plan(stage, "--save", str(kept))
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "secret" in kept.read_text()
    assert "reloaded on" in stage.quorate("plan", "--show", str(kept)).stdout

    stage.write(text + "# a word\n")
    assert "the cluster file" in refused(stage, kept)
    stage.write(text)
    stage.ssh("n3", "crm_attribute --name stop-orphan-actions --update false")
    assert "the cluster: property stop-orphan-actions is new" in refused(stage, kept)
    stage.ssh("n3", "crm_attribute --name stop-orphan-actions --delete")
    assert "the cluster: CIB epoch is another" in refused(stage, kept)

    plan(stage, "--save", str(kept))
    done = stage.quorate("apply", "--plan", str(kept))
    assert done.returncode == 0, done.stderr
    plan(stage, code=0)


def a_node_does_not_answer(stage: Stage) -> None:
    """The others are looked at all the same, and what could not be seen is said."""
    stage.ssh("n3", "systemctl stop ssh")
    made = plan(stage)
    assert [f["summary"].split()[0] for f in made["findings"] if f["code"] == "node-not-seen"] == ["n3"]
    assert {"n1", "n2"} <= set(made["hosts"])
    assert stage.apply("--no-test-fencing").returncode == 3


# --- what the story is told with -----------------------------------------------------------------------------------


def plan(stage: Stage, *options: str, code: int = 1) -> Made:
    """Return the plan of the file as JSON has it."""
    done = stage.quorate("plan", "--lab", "--no-test-fencing", "--format", "json", str(stage.file), *options)
    assert done.returncode == code, done.stderr + done.stdout
    made: Made = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(made)
    return made


def changed(stage: Stage, text: str, *options: str, expect: dict[str, str] | None = None) -> Made:
    """Apply another file: agents do what the plan says, no more and no less; then nothing is left to do."""
    stage.write(text)
    made = plan(stage, *options)
    services = made["consequences"]["services"]
    fates = {one["service"]: one["fate"] for one in services if one["fate"] != "unaffected"}
    assert expect is None or fates == expect
    at_s = now_s()
    stage.apply("--no-test-fencing", *options, check=True)
    acts = [(act["task"], act["resource"], act["node"]) for act in made["consequences"]["acts"]]
    assert happened(stage, at_s) == sorted(act for act in acts if act[0] not in QUIET)
    plan(stage, *options, code=0)
    return made


def refused(stage: Stage, kept: Path) -> str:
    """Return why a plan that was kept is not applied."""
    done = stage.quorate("apply", "--plan", str(kept))
    assert done.returncode == 4, done.stderr
    return done.stderr


def now_s() -> int:
    """Return now, by the clock that all nodes share with this machine; journals are asked by whole seconds."""
    time.sleep(1)
    return int(time.time())


def happened(stage: Stage, at_s: int) -> list[tuple[str, ...]]:
    """Return what Pacemaker had agents do since then, by the journals of all nodes, without monitors."""
    command = f"journalctl --quiet --output cat --since @{at_s} --identifier pacemaker-controld"
    said = "".join(stage.ssh(node, command) for node in NODES)
    return sorted(match.groups() for match in INITIATING.finditer(said) if match[1] not in QUIET)


def located(stage: Stage, resource: str) -> str:
    """Return the node that runs a resource."""
    return stage.ssh("n1", f"crm_resource --quiet --locate --resource {resource}").split()[0]


def served_by(stage: Stage) -> str:
    """Return the node with the web service."""
    return located(stage, "site-apache")


@contextmanager
def asked(stage: Stage, address: str) -> Iterator[list[float]]:
    """Ask all the time from outside the nodes; afterwards the longest wait is in the list, in seconds."""
    argv = ["ip", "netns", "exec", f"quorate-{stage.name}", sys.executable, str(CLIENT), address]
    waits: list[float] = []
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        assert client.stdout.readline() == "answered\n"
        yield waits
        client.stdin.close()
        waits.append(float(client.stdout.readline()))
