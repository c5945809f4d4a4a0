"""Answered: the scheduler's, kept for a while, so that what comes to the same is asked once. Asks the one it is handed.

Exact: a state and a step have one answer. And what would fail if it were done (an operation, fencing) is no matter
where nobody does it: then the answer is that of a cluster where it would not fail, whatever else would.
"""

from collections import OrderedDict
from collections.abc import Set
from dataclasses import replace

from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.transition import Settled
from quorate.explore.standing import Standing

ANSWERS_MAX = 64
"""Answers that are kept: pairs come in an order in which those that come to the same are close to each other."""


class Answers:
    """The scheduler's answers, by what they depend on: the state and the step."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self._known: OrderedDict[tuple[str, Step], Settled] = OrderedDict()

    def settle(self, base: Standing, step: Step) -> tuple[Step, Settled]:
        """Return what a step leads to, and the step: without the fencing that would fail, where nobody is fenced."""
        if step.unfenceable:
            can = replace(step, unfenceable=())
            if not _fenced(able := self._tried(base, can)) & set(step.unfenceable):
                return can, able
        return step, self._tried(base, step)

    def _tried(self, base: Standing, step: Step) -> Settled:
        """Return what a step leads to, asked without the operations that would fail, unless one of them is tried.

        Those of a resource that fails in this step are going to be tried.
        """
        failed = {one.resource for one in step.results}
        certain = tuple(one for one in step.failing if one.resource in failed)
        if certain != step.failing:
            found = self._ask(base, replace(step, failing=certain))
            if not _tries(found, set(step.failing) - set(certain)):
                return found
        return self._ask(base, step)

    def _ask(self, base: Standing, step: Step) -> Settled:
        asked = (base.digest, step)
        if asked in self._known:
            self._known.move_to_end(asked)
            return self._known[asked]
        found = self._known[asked] = self.scheduler.settle((*base.steps, step))
        if len(self._known) > ANSWERS_MAX:
            self._known.popitem(last=False)
        return found


def _tries(settled: Settled, failing: Set[Result]) -> bool:
    """Whether any of these operations was carried out."""
    names = {(one.task, one.resource, one.node, one.interval_ms) for one in failing}
    return any(
        (one.task, one.resource, one.node, one.interval_ms) in names
        for each in settled.transitions
        for one in each.actions
        if one.id in each.done
    )


def _fenced(settled: Settled) -> set[str]:
    """Return the nodes that somebody wanted to fence."""
    return {one.node for each in settled.transitions for one in each.actions if one.task == "stonith"}
