"""What explore foretells of every fault of a web cluster at rest, asked of Pacemaker's own scheduler."""

from random import Random

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platforms
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.fault import Setting
from quorate.drill.faults import faults
from quorate.drill.meaning import Faced, Uncovered
from quorate.drill.predicting import asked
from quorate.drill.prediction import Prediction
from quorate.drill.suite import fitting
from quorate.explore.of_cluster import of_cluster
from quorate.explore.result import State

pytestmark = pytest.mark.tools

CLUSTER = load(kinds()["web"].example, "cluster.yaml", kinds()).cluster
assert CLUSTER is not None
SUBJECT = of_cluster(CLUSTER, AgentLibrary.shipped(), platforms()[0])
SETTING = Setting(CLUSTER, "site", "container")
COVERED = [name for name in fitting(SETTING) if not isinstance(faults()[name].meaning, Uncovered)]
DOWN = {"bmc-unreachable", "power-cut-two", "power-cut-all", "power-cut-all-wrong-order"}
STAYS = {"kill-server", "kill-server-and-supervisor", "hang-server"}
UNNOTICED = {"link-down"}


def foretold(fault: str, node: str, **chosen: str) -> Prediction:
    given = chosen or faults()[fault].choose(SETTING, node, Random(3))
    meaning = faults()[fault].meaning(Faced(SUBJECT, "site", node, given))
    return asked(meaning.subject or SUBJECT, meaning, "site", {})


@pytest.fixture(scope="module")
def home() -> str:
    """Where the service runs."""
    impact = foretold("link-down", "n1", link="1").impact
    assert impact is not None
    [node] = impact.before
    return node


@pytest.mark.parametrize("fault", [name for name in COVERED if name != "partition"])
def test_every_fault_ends_as_it_must(fault: str, home: str) -> None:
    found = foretold(fault, home)
    impact = found.impact
    assert impact is not None
    assert impact.state is (
        State.DOWN if fault in DOWN else State.UNAFFECTED if fault in UNNOTICED else State.INTERRUPTED
    )
    assert impact.before == (home,)
    if impact.state is State.INTERRUPTED:
        assert (impact.after == (home,)) == (fault in STAYS)
        assert impact.interruption is not None
        assert impact.path[-1].end_s - impact.path[0].begin_s == pytest.approx(impact.interruption.seconds)
    assert found.scheduler


def test_a_split_moves_it_from_the_side_that_has_no_quorum(home: str) -> None:
    one, other = (node for node in SUBJECT.nodes if node != home)
    alone = foretold("partition", home, side=home, rest=f"{one}, {other}").impact
    among = foretold("partition", home, side=f"{home}, {one}", rest=other).impact
    assert alone is not None
    assert among is not None
    assert (alone.state, alone.after == (home,)) == (State.INTERRUPTED, False)
    assert among.state not in {State.INTERRUPTED, State.DOWN, State.TWO_COPIES}


def test_chance_is_in_what_a_monitor_finds_alone(home: str) -> None:
    assert foretold("kill-server", home).chance_s == 0
    assert foretold("kill-server-and-supervisor", home).chance_s == 2.5  # half of Apache's 5 s
    assert foretold("power-cut", home).chance_s == 0
    assert foretold("agent-errors", home).chance_s == 0  # it serves until it is stopped


def test_who_serves_until_fencing_is_away_for_less_time(home: str) -> None:
    lost, served = (foretold(fault, home).impact for fault in ("power-cut", "kill-corosync"))
    assert lost is not None
    assert served is not None
    assert lost.interruption is not None
    assert served.interruption is not None
    assert served.interruption.seconds < lost.interruption.seconds / 2
    assert lost.path[-1].end_s == pytest.approx(served.path[-1].end_s)


def test_a_hang_is_a_bound(home: str) -> None:
    impact = foretold("hang-server", home).impact
    assert impact is not None
    assert impact.interruption is not None
    assert impact.interruption.basis == "bound"
