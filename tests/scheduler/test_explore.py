"""Whole explorations, asked of Pacemaker's own scheduler: what known failures do to known clusters."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.blueprints import blueprints
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.explore.asking import Options
from quorate.explore.narrowing import Narrowing
from quorate.explore.of_cib import of_cib
from quorate.explore.of_cluster import of_cluster
from quorate.explore.result import State
from quorate.explore.run import explore
from quorate.explore.scheduler.graph import parse, parse_status
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.simulate import CrmSimulate

pytestmark = pytest.mark.tools
DATA = Path(__file__).parents[1] / "data" / "explore"


def blueprint(name, *changes):
    """The subject of a blueprint, with lines of it put otherwise: (pattern, replacement)."""
    text = blueprints()[name].text
    for pattern, other in changes:
        text, count = re.subn(pattern, other, text, flags=re.MULTILINE)
        assert count, f"{name} has no {pattern}"
    loaded = load(text.encode(), f"{name}.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    return of_cluster(loaded.cluster, AgentLibrary.shipped(), PLATFORM)


UNFENCED = ((r", fencing: \{ipmi: [\d.]+\}", ""), (r"^fencing:\n  ipmi:.*\n", "fencing: {enabled: false}\n"))


def explored(subject, *faults, depth=1, jobs=1, make=open_scheduler, **narrowing):
    options = Options(depth=depth, jobs=jobs, narrowing=Narrowing(faults=faults, **narrowing))
    found = explore(subject, options, make=make, kept=False)
    assert len(found.scenarios) == found.total, found.remarks
    return {scenario.id: scenario for scenario in found.scenarios}


def test_what_nobody_asks_is_down_until_somebody_notices():
    text = (
        blueprints()["web"].text
        + 'resources:\n  quiet: {primitive: "ocf:pacemaker:Dummy", operations: {monitor: {interval: 0s}}}\n'
    )
    cluster = load(text.encode(), "web.yaml", kinds()).cluster
    subject = of_cluster(cluster, AgentLibrary.shipped(), PLATFORM)
    (scenario,) = explored(subject, "resource-failed:quiet").values()
    found = {impact.service: impact for impact in scenario.impacts}
    assert (found["quiet"].state, found["site"].state) == (State.DOWN, State.UNAFFECTED)
    assert "no monitor asks it" in found["quiet"].why


@pytest.fixture(scope="module")
def web():
    return explored(blueprint("web"))


def serving(found):
    """The node on which the only service runs before anything fails."""
    (node,) = found["resource-failed:site-apache"].impacts[0].before
    return node


def test_a_lost_node_interrupts_what_it_runs_and_nothing_else(web):
    node = serving(web)
    lost = web[f"node-lost:{node}"].impacts[0]
    assert lost.state is State.INTERRUPTED
    assert lost.after != (node,)
    assert lost.why == f"{node} is fenced, then site starts on {lost.after[0]}"
    assert 3 < lost.interruption.seconds < 10, "2.9 s until it is missed, then fencing, an address and Apache"
    assert [one.action for one in lost.path if one.action in {"detect", "start"}] == ["detect", "start", "start"]
    for other in {"n1", "n2", "n3"} - {node}:
        idle = web[f"node-lost:{other}"].impacts[0]
        assert (idle.state, idle.after) == (State.DEGRADED, (node,))


def test_a_lost_node_whose_board_is_lost_with_it_is_waited_for(web):
    lost = web[f"node-and-board-lost:{serving(web)}"].impacts[0]
    assert (lost.state, lost.cause, lost.after) == (State.DOWN, "not-fenced", ())
    assert lost.until.startswith(f"somebody confirms that {serving(web)} is off")


def test_a_stop_that_fails_has_the_node_fenced(web):
    stopped = web["stop-failed:site-apache"].impacts[0]
    assert (stopped.state, stopped.why.split(",")[0]) == (State.INTERRUPTED, f"{serving(web)} is fenced")


def test_every_scenario_of_a_fenced_cluster_comes_to_rest_with_one_copy(web):
    assert all(scenario.quiet for scenario in web.values())
    assert all(scenario.worst is not State.TWO_COPIES for scenario in web.values())


def test_without_quorum_it_is_down():
    found = explored(blueprint("web"), depth=2, first=("node-lost",), second=("node-lost",))
    pairs = [one for one in found.values() if one.failures[1:] and " then " in one.id]
    assert {(one.impacts[0].state, one.impacts[0].cause) for one in pairs} == {(State.DOWN, "no-quorum")}
    assert found["node-lost:n1 then node-lost:n2"].impacts[0].until == "quorum: one of n1, n2 returns"


def test_a_side_that_nobody_fences_may_run_it_twice():
    found = explored(blueprint("web", *UNFENCED), "partition", "node-lost", "node-hung", "resource-failed")
    node = serving(found)
    others = "+".join(sorted({"n1", "n2", "n3"} - {node}))
    apart = next(
        one for id_, one in found.items() if id_ in {f"partition:{node}/{others}", f"partition:{others}/{node}"}
    )
    assert (apart.impacts[0].state, apart.impacts[0].cause) == (State.TWO_COPIES, "two-sides")
    assert found[f"node-hung:{node}"].impacts[0].state is State.TWO_COPIES
    assert found[f"node-lost:{node}"].impacts[0].state is State.INTERRUPTED, "it is off, though nobody made sure"


def test_two_nodes_go_on_with_one_and_end_with_none():
    found = explored(blueprint("mariadb-drbd"), "node-lost", depth=2)
    moved = [one for one in found.values() if not one.failures[1:] and one.impacts[0].interruption]
    (lost,) = (one.impacts[0] for one in moved)
    assert (lost.state, lost.redundancy_gone) == (State.INTERRUPTED, True)
    (first,), (second,) = lost.before, lost.after
    both = found[f"node-lost:{first} then node-lost:{second}"].impacts[0]
    assert (both.state, both.cause) == (State.DOWN, "all-lost")


def test_a_lost_replica_is_one_copy_less():
    found = explored(blueprint("mariadb-drbd"), "disk-failed")
    states = {one.impacts[0].state: one.impacts[0] for one in found.values()}
    assert set(states) == {State.INTERRUPTED, State.DEGRADED}
    assert states[State.DEGRADED].why.startswith("the copy of database-drbd on ")


def test_a_cluster_as_document_000_has_it_may_run_twice_when_its_link_fails():
    found = explored(of_cib((DATA / "document000.xml").read_text()), "partition", "link-lost")
    for scenario in found.values():
        assert {impact.state for impact in scenario.impacts} == {State.TWO_COPIES}
    server = found["partition:n1/n2"].impacts[-1]
    assert server.after == ("n1", "n2")
    assert server.why.endswith("nobody is fenced, for fencing is off")


def test_what_never_comes_to_rest_is_bounded_and_named():
    never = "pacemaker: {properties: {start-failure-is-fatal: false}, resource_defaults: {migration-threshold: 0}}\n"
    found = explored(blueprint("web", ("^targets:", f"{never}targets:")), "start-failed:site-apache")
    (scenario,) = found.values()
    assert not scenario.quiet
    assert scenario.impacts[0].cause == "restless"
    assert scenario.impacts[0].why == "Pacemaker never comes to rest: it acts on site-apache again and again"


def test_several_processes_find_what_one_finds_and_are_gone_then():
    subject = blueprint("web")
    one, several = (explored(subject, "node-lost", "link-cut", depth=2, jobs=jobs) for jobs in (1, 2))
    assert {id_: found.impacts for id_, found in one.items()} == {id_: found.impacts for id_, found in several.items()}
    assert working() == []


def test_both_ways_to_ask_find_the_same(web):
    found = explored(blueprint("web"), make=CrmSimulate, jobs=2)
    assert {id_: one.impacts for id_, one in found.items()} == {id_: one.impacts for id_, one in web.items()}


@pytest.mark.parametrize("end_s", [5, 0])  # 0: the processes have no time to clear up, and are killed
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_exploration_that_is_ended_tells_what_it_knows_and_leaves_nothing(number, end_s, tmp_path):
    (tmp_path / "web.yaml").write_text(blueprints()["web"].text)
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import test_explore as t;"
        "from quorate.explore import pool; pool.END_S = int(sys.argv[2]);"
        "told = lambda known, total: (print(known, flush=True), time.sleep(1));"  # or it may end before it is ended
        "found = t.explore(t.blueprint('web'), t.Options(depth=2, jobs=2), told, make=t.CrmSimulate, kept=False);"
        "print('known', len(found.scenarios), found.total)"
    )
    argv = [sys.executable, "-c", code, str(Path(__file__).parent), str(end_s)]
    env = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(number)
        last = running.stdout.read().splitlines()[-1].split()
    assert running.returncode == 0
    assert last[0] == "known"
    assert 0 < int(last[1]) < int(last[2])
    assert working() == []
    assert [path.name for path in tmp_path.iterdir()] == ["web.yaml"]


def working():
    """The processes that ask a scheduler and still run, once they had a moment to end."""
    for _ in range(50):
        listed = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
        mine = [line for line in listed.splitlines() if "quorate.explore.working" in line and "-m" in line]
        mine = [line for line in mine if line.split()[0] in {str(os.getpid()), "1"}]
        if not mine:
            return []
        time.sleep(0.1)
    return mine


@pytest.mark.parametrize("id_", ["node-lost", "start-failed:site-apache", "resource-failed:site-address"])
def test_the_command_lines_of_a_scenario_end_where_it_says(web, id_, tmp_path):
    node = serving(web)
    scenario = web[id_ if ":" in id_ else f"{id_}:{node}"]
    (tmp_path / "cib.xml").write_text(blueprint("web").cib)
    script = "set -e\n" + scenario.replay
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    last = ["crm_simulate", "--xml-file", "1.xml", "--run", "--output-as=xml"]
    shown = subprocess.run(last, cwd=tmp_path, capture_output=True, timeout=60, check=True).stdout
    status = parse(shown).find("cluster_status")
    assert status is not None
    assert tuple(one.node for one in parse_status(status).active("site-apache")) == scenario.impacts[0].after
