"""The worker, compiled and asked for real: what crm_simulate says, and what becomes of it when it is hurt."""

import os
import re
import signal
import threading
from pathlib import Path

import pytest
from lxml import etree

from quorate.errors import Unknown, UsageError
from quorate.explore.scheduler.compiling import compiled
from quorate.explore.scheduler.opening import find_way, open_scheduler
from quorate.explore.scheduler.selftest import CIB, QUESTIONS, differs
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import QUIET, Result, Step
from quorate.explore.scheduler.worker import Worker

pytestmark = pytest.mark.tools

LOST = (QUIET, Step(lost=("n1",)))


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Compile the worker from this tree, for these tests alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield compiled().program


@pytest.fixture
def worker(program):
    with Worker(CIB.read_text(), program, timeout_s=60) as one:
        yield one


@pytest.fixture(scope="module")
def simulate():
    with CrmSimulate(CIB.read_text()) as one:
        yield one


@pytest.mark.parametrize("steps", QUESTIONS, ids=lambda steps: re.sub(r"\w+=(\(\)|None)(, )?", "", str(steps[-1])))
def test_it_says_what_crm_simulate_says(worker, simulate, steps):
    mine, theirs = worker.settle(steps), simulate.settle(steps)
    assert differs(mine, theirs) == ""
    assert mine == theirs
    assert worker.remarks == []


def test_its_states_are_what_crm_simulate_settles_to_the_same(worker, tmp_path):
    """The CIB it gives out is a whole one: crm_simulate goes on from it as the worker does."""
    cib = worker.cib(LOST)
    with CrmSimulate(cib) as other:
        assert other.settle((QUIET,)).placement == worker.settle(LOST).placement
        back = Step(returned=("n1",), scores=(("n1", "master-db", "9000"),))
        assert other.settle((QUIET, back)).placement == worker.settle((*LOST, back)).placement
    assert etree.fromstring(worker.cib(())).get("have-quorum") == "1"


def test_many_states_are_kept_and_those_that_are_not_are_made_again(program):
    seconds = [Step(standby=((node, True),)) for node in ("n1", "n2", "n3")]
    firsts = [Step(lost=(node,)) for node in ("n1", "n2", "n3")]
    pairs = [(QUIET, first, second) for first in firsts for second in seconds]
    with Worker(CIB.read_text(), program, kept_max=2) as narrow, Worker(CIB.read_text(), program) as wide:
        for steps in (*pairs, *reversed(pairs)):
            assert narrow.settle(steps) == wide.settle(steps)


def test_killed_in_the_middle_it_is_started_anew_and_the_scenario_is_repeated(worker, simulate):
    expected = simulate.settle(LOST)
    worker.settle((QUIET,))
    first = worker.pid
    os.kill(first, signal.SIGSTOP)  # it has the question, and is still at it when it is killed
    killing = threading.Timer(0.3, os.kill, (first, signal.SIGKILL))
    killing.start()
    assert worker.settle(LOST) == expected
    killing.join()
    assert "SIGKILL" in worker.remarks[0]
    other = (QUIET, Step(lost=("n2",)))
    assert worker.settle(other) == simulate.settle(other)
    assert worker.pid not in {None, first}
    assert len(worker.remarks) == 1


def test_stopped_in_the_middle_it_is_given_up_in_time(program, simulate):
    with Worker(CIB.read_text(), program, timeout_s=1) as worker:
        worker.settle((QUIET,))
        stopped = worker.pid
        os.kill(stopped, signal.SIGSTOP)
        assert worker.settle(LOST) == simulate.settle(LOST)
        assert "said nothing for 1 s" in worker.remarks[0]
        assert not Path(f"/proc/{stopped}").exists()


def test_a_cib_that_pacemaker_refuses_is_said(program):
    broken = CIB.read_text().replace("<nodes>", "<nodes><nonsense/>")
    with pytest.raises(Unknown, match="schema"), Worker(broken, program):
        pass


@pytest.mark.parametrize(
    "step",
    [
        Step(lost=("n9",)),
        Step(unfenceable=("n'1",)),
        Step(scores=(("<n1/>", "a", "1"),)),
        Step(results=(Result("db\n", "monitor", 0, "n1", 1),)),
        Step(granted=("there",)),
    ],
    ids=str,
)
def test_names_that_are_not_there_are_refused_before_pacemaker_hears_them(worker, step):
    with pytest.raises(UsageError):
        worker.settle((QUIET, step))
    assert worker.remarks == []


def test_hostile_names_come_back_as_they_were(program):
    """A node may be called what it likes, and a value may hold anything that XML can carry."""
    name, value = "n'1\"<&> ]|", "a\t<&'\"> ]]>\n3\nb é"
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    cib = CIB.read_text().replace('uname="n1"', f'uname="{escaped}"')
    with Worker(cib, program) as worker:
        settled = worker.settle((QUIET, Step(scores=((name, value, value),))))
        assert settled.placement.nodes[name] == "online"
        assert name in {one.node for one in settled.placement.instances}
        state = etree.fromstring(worker.cib((QUIET, Step(scores=((name, value, value),)))))
        [pair] = [one for one in state.iter("nvpair") if one.get("name") == value]
        assert pair.get("value") == value
        assert worker.settle((QUIET, Step(lost=(name,)))).placement.nodes[name] == "offline"
        assert worker.remarks == []


def test_no_live_cluster_is_ever_reached(program, simulate, monkeypatch, tmp_path):
    """It has no open socket, no file of its own, and what is in the environment does not matter."""
    for name in ("CIB_file", "CIB_shadow", "CIB_shadow_dir", "CIB_server", "CIB_user", "CIB_port"):
        monkeypatch.setenv(name, str(tmp_path / "nonsense"))
    with Worker(CIB.read_text(), program) as worker:
        assert worker.settle(LOST) == simulate.settle(LOST)
        opened = [str(one.readlink()) for one in Path(f"/proc/{worker.pid}/fd").iterdir()]
        assert sorted(one.partition(":")[0] for one in opened) == ["/dev/null", "pipe", "pipe"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_linked_that_could_reach_one(program):
    """libcib is what talks to a CIB. libpacemaker itself needs it; no function of it is called here."""
    names = re.findall(rb"\b(cib_[a-z_]+|cib__[a-z_]+|crm_ipc_[a-z_]+)\0", program.read_bytes())
    assert names == []


def test_memory_stays(program):
    def resident_kb(pid):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])

    steps = [
        Step(lost=("n1",)),
        Step(left=("n2",)),
        Step(lost=("n2",), unfenceable=("n2",)),
        Step(results=(Result("site-web", "monitor", 5000, "n1", 7),)),
        Step(standby=(("n1", True),)),
    ]
    with Worker(CIB.read_text(), program) as worker:
        for number in range(1100):
            worker.settle((QUIET, steps[number % len(steps)]))
            if number == 100:
                begin = resident_kb(worker.pid)
        assert resident_kb(worker.pid) - begin < 10_000  # kB; 1,000 scenarios leave about one kB each
        assert worker.remarks == []


def test_the_process_ends_with_its_owner(program):
    with Worker(CIB.read_text(), program) as worker:
        pid = worker.pid
    assert not Path(f"/proc/{pid}").exists()


def test_here_the_worker_is_what_is_opened(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    find_way.cache_clear()
    assert find_way().why == ""
    with open_scheduler(CIB.read_text()) as scheduler:
        assert scheduler.name.startswith("libpacemaker ")
    find_way.cache_clear()
