"""Case: a failure, what stood before it and what became of it: what a verdict is made from. Pure values."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from quorate.explore.failure import Failure
from quorate.explore.result import Event
from quorate.explore.running import Hindrance, Running, Sides
from quorate.explore.scheduler.transition import Placement, Settled
from quorate.explore.situation import Blow, Side
from quorate.explore.subject import Subject
from quorate.explore.timing import Instances

WELL = frozenset({0, 8})
"""Return codes of a monitor that found what it looked for: OCF_SUCCESS, OCF_RUNNING_PROMOTED."""


def nothing(node: str) -> str:  # noqa: ARG001 - a Hindrance
    """Return that nothing hinders another node to take over."""
    return ""


@dataclass(frozen=True)
class Ended:
    """A side after it came to rest (or did not), and what was done there."""

    side: Side
    settled: Settled
    events: tuple[Event, ...] = ()

    @property
    def fenced(self) -> frozenset[str]:
        """The nodes that it fences with success."""
        return self.side.fences - frozenset(self.side.step.unfenceable)

    @cached_property
    def restless(self) -> frozenset[str]:
        """The primitives that are acted on for ever, where it never comes to rest."""
        return frozenset() if self.settled.quiet else frozenset(_acted_on(self.settled))


def _acted_on(settled: Settled) -> Iterator[str]:
    for transition in settled.transitions[-max(1, len(settled.cycle)) :]:
        yield from (one.resource for one in transition.actions if one.id in transition.done and one.resource)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A failure and what became of it.

    stood: what ran before it, on every side that there was; before: the same as one placement. ended: as blow.sides.
    gone: what the failure itself ended (timing.ended); unnoticed: whether nothing tells Pacemaker of it.
    silent: nodes that are lost but may still run what they ran before, unless somebody fences them. hindrance_before,
    hindrance_after: what would hinder a takeover before the failure, and now.
    """

    subject: Subject
    failure: Failure
    before: Placement
    stood: Sides
    blow: Blow
    ended: tuple[Ended, ...]
    gone: Instances = frozenset()
    unnoticed: bool = False
    silent: frozenset[str] = frozenset()
    hindrance_before: Hindrance = nothing
    hindrance_after: Hindrance = nothing


@dataclass(frozen=True)
class Ending:
    """One way in which a case ends. sides: those that live on, first the one that fences the others, if one does.

    fenced: nodes that are off for certain.
    """

    case: Case
    sides: tuple[Ended, ...]
    fenced: frozenset[str]

    @cached_property
    def sides_run(self) -> Sides:
        """What they run."""
        subject, situation = self.case.subject, self.case.blow.situation
        return Sides(
            [Running(subject, one.settled.placement, one.side.members - self.fenced, situation) for one in self.sides]
        )

    @property
    def silent(self) -> frozenset[str]:
        """As in Case, and nobody fenced them."""
        return self.case.silent - self.fenced
