"""The self-test: what the fast backend is asked, and crm_simulate as well, before it is trusted. Pure.

In: two schedulers for the same CIB. Out: where they differ, in a sentence; "" where they do not.
"""

from pathlib import Path

from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.scheduler.step import QUIET, Result, Step
from quorate.explore.scheduler.transition import Settled

CIB = Path(__file__).with_name("selftest.xml")

_LOST = Step(lost=("n1",))
_BACK = Step(returned=("n1",), scores=(("n1", "master-db", "9000"),))
_FAILED = Result("site-web", "monitor", 5000, "n1", 7)
QUESTIONS: tuple[tuple[Step, ...], ...] = (
    (QUIET,),
    (QUIET, _LOST),
    (QUIET, _LOST, _BACK),
    (QUIET, _LOST, Step(lost=("n2",), quorum=False)),
    (QUIET, Step(lost=("n1",), unfenceable=("n1",))),
    (QUIET, Step(left=("n1",))),
    (QUIET, Step(left=("n1",)), _BACK),
    (QUIET, Step(standby=(("n1", True),))),
    (QUIET, Step(quorum=False)),
    (QUIET, Step(results=(_FAILED,))),
    (QUIET, Step(results=(_FAILED,), failing=(Result("site-web", "start", 0, "n1", 1),))),
    (QUIET, Step(results=(_FAILED,), failing=(Result("site-web", "stop", 0, "n1", 1),))),
    (QUIET, Step(results=(Result("ping", "monitor", 10000, "n3", 1),))),
    (QUIET, Step(scores=(("n1", "master-db", ""), ("n2", "master-db", "10000")))),
    (QUIET, Step(granted=("here",)), Step(revoked=("here",))),
)


def difference(one: Scheduler, other: Scheduler) -> str:
    """Ask both all questions; return the first difference."""
    asked = dict.fromkeys(steps[:count] for steps in QUESTIONS for count in range(1, len(steps) + 1))
    for steps in asked:
        told = differs(one.settle(steps), other.settle(steps))
        if told:
            return f"{one.name} and {other.name} differ in {told} after {steps[-1]}"
    return ""


def differs(one: Settled, other: Settled) -> str:
    """Name the first thing in which two answers differ; "" where they are equal."""
    for what in ("quiet", "transitions", "placement", "digest", "cycle"):
        if getattr(one, what) != getattr(other, what):
            return what
    return ""
