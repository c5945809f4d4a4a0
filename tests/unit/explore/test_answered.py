"""What the scheduler is asked, and what it need not be asked again."""

from quorate.explore.answered import ANSWERS_MAX, Answers
from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.transition import Action, Placement, Settled, Transition
from quorate.explore.standing import Standing

BASE = Standing(frozenset(("n1", "n2")), (), Placement(), "base")
STARTS = Action(id=1, kind="rsc_op", task="start", resource="web", node="n2")
WEB = Result("web", "start", 0, "n2", 1)
MAIL = Result("mail", "start", 0, "n2", 1)
LOST = Step(lost=("n1",))


class Starts:
    """A scheduler that starts web on n2, whatever it is asked."""

    def __init__(self, done=True):
        self.asked, self._done = [], done

    def settle(self, steps):
        self.asked.append(steps[-1])
        transition = Transition((STARTS,), frozenset((1,)) if self._done else frozenset())
        return Settled((transition,), Placement(), digest=str(len(self.asked)))


def test_what_was_asked_is_not_asked_again_for_a_while():
    scheduler = Starts()
    answers = Answers(scheduler)
    assert answers.settle(BASE, LOST) == answers.settle(BASE, LOST)
    for number in range(ANSWERS_MAX):
        answers.settle(BASE, Step(lost=(f"n{number + 2}",)))
    answers.settle(BASE, LOST)
    assert scheduler.asked.count(LOST) == 2


def test_what_would_fail_and_is_not_tried_is_no_matter():
    scheduler = Starts()
    answers = Answers(scheduler)
    step, settled = answers.settle(BASE, Step(lost=("n1",), failing=(MAIL,)))
    assert step.failing == (MAIL,)
    assert settled == answers.settle(BASE, LOST)[1]
    assert scheduler.asked == [LOST]


def test_what_would_fail_and_is_tried_is_asked_with_all_that_would():
    scheduler = Starts()
    whole = Step(lost=("n1",), failing=(MAIL, WEB))
    assert Answers(scheduler).settle(BASE, whole)[1].digest == "2"
    assert scheduler.asked == [LOST, whole]


def test_what_is_behind_something_else_that_fails_is_not_tried():
    scheduler = Starts(done=False)
    Answers(scheduler).settle(BASE, Step(lost=("n1",), failing=(WEB,)))
    assert scheduler.asked == [LOST]


def test_what_fails_now_is_going_to_be_tried_and_asked_at_once():
    scheduler = Starts()
    failed = Step(results=(Result("web", "monitor", 10_000, "n2", 1),), failing=(WEB,))
    Answers(scheduler).settle(BASE, failed)
    assert scheduler.asked == [failed]
