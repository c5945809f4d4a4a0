"""Times that are kept: of one answer, as long as the same is told of it."""

import pytest

from quorate.explore.courses import KEPT_MAX, Courses
from quorate.explore.durations import Defaults, Durations
from quorate.explore.result import Figure
from quorate.explore.scheduler.transition import Action, Transition
from quorate.explore.timing import Notice, course

DURATIONS = Durations(
    defaults=Defaults({}, {}, {}),
    measured={("web", "start", "n2"): (3.0,), ("web", "stop-gone", "n1"): (1.0,), ("web", "stop", "n1"): (2.0,)},
)
AT_ONCE, LATE = (Notice(detect=Figure(seconds, "measured")) for seconds in (0.0, 5.0))


def moved():
    """Return an answer: web is stopped on n1, and n3 is fenced, and then web is started on n2."""
    stop, start = Action(1, "rsc_op", "stop", "web", "n1"), Action(3, "rsc_op", "start", "web", "n2", after=(1, 2))
    fence = Action(2, "crm_event", "stonith", node="n3", timeout_ms=1000)
    return (Transition((stop, fence, start), frozenset((1, 2, 3))),)


ANSWER = moved()


def test_the_same_answer_takes_the_same_time():
    courses = Courses(DURATIONS)
    first = courses.of(ANSWER, AT_ONCE)
    assert first == course(ANSWER, DURATIONS, AT_ONCE)
    assert courses.of(ANSWER, AT_ONCE) is first
    assert courses.of(ANSWER, AT_ONCE, failing=frozenset({("mail", "n2")})) is first  # nobody starts it


@pytest.mark.parametrize(
    "told",
    [
        {"delays_s": {"n3": 9.0}},
        {"gone": frozenset({("web", "n1")})},
        {"hung": frozenset({("web", "n1")})},
        {"failing": frozenset({("web", "n2")})},
        {"silent": frozenset({"fence-n3"})},
    ],
)
def test_what_else_is_told_is_asked_for_itself(told):
    courses = Courses(DURATIONS)
    assert courses.of(ANSWER, AT_ONCE, **told) is not courses.of(ANSWER, AT_ONCE)
    assert courses.of(ANSWER, AT_ONCE, **told) == course(ANSWER, DURATIONS, AT_ONCE, **told)
    assert courses.of(ANSWER, LATE) == course(ANSWER, DURATIONS, LATE)


def test_few_answers_are_kept():
    courses = Courses(DURATIONS)
    first = courses.of(ANSWER, AT_ONCE)
    for _ in range(KEPT_MAX):
        courses.of(moved(), AT_ONCE)
    assert courses.of(ANSWER, AT_ONCE) is not first
