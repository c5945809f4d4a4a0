import pytest

from quorate.explore.scheduler.execution import carried_out
from quorate.explore.scheduler.graph import INFINITY, Graph
from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Action

FENCE = Action(1, "crm_event", "stonith", node="n2")
STOPPED = Action(2, "pseudo_event", "stop", "web", after=(1,))
START = Action(3, "rsc_op", "start", "web", "n1", after=(2,))
MONITOR = Action(4, "rsc_op", "monitor", "web", "n1", interval_ms=10000, after=(3,))
OTHER = Action(5, "rsc_op", "start", "app", "n1")
FENCE_3 = Action(6, "crm_event", "stonith", node="n3")


def test_everything_happens_when_what_it_waits_for_is_done():
    assert carried_out(Graph((MONITOR, START, STOPPED, FENCE))) == (1, 2, 3, 4)


def test_behind_fencing_that_fails_nothing_happens_and_beside_it_all():
    graph = Graph((FENCE, STOPPED, START, MONITOR, OTHER, FENCE_3))
    assert carried_out(graph, unfenceable=["n2"]) == (5, 6)


def test_what_is_behind_an_operation_that_failed_waits():
    failing = [Result("web", "start", 0, "n1", 1)]
    assert carried_out(Graph((FENCE, STOPPED, START, MONITOR)), failing) == (1, 2, 3)


def test_after_a_failure_only_the_most_urgent_is_started():
    late = Action(7, "rsc_op", "start", "late", "n1")
    urgent = Action(8, "pseudo_event", "stopped", "clone", after=(3,))
    graph = Graph((START.__class__(3, "rsc_op", "start", "web", "n1"), late, urgent), priority={8: INFINITY})
    assert carried_out(graph, [Result("web", "start", 0, "n1", 1)]) == (3, 8)


@pytest.mark.parametrize(
    "other",
    [
        Result("web", "stop", 0, "n1", 1),
        Result("web", "start", 10, "n1", 1),
        Result("web", "start", 0, "n2", 1),
        Result("app", "start", 0, "n1", 1),
    ],
)
def test_only_that_very_operation_fails(other):
    assert carried_out(Graph((FENCE, STOPPED, START, MONITOR)), [other]) == (1, 2, 3, 4)


def test_what_waits_for_something_that_is_not_there_never_happens():
    assert carried_out(Graph((STOPPED, START, OTHER))) == (5,)
