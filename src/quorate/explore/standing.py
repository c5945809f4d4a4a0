"""Standing: a cluster at rest after what has failed so far, with every side of it; where the next failure begins. Pure.

Equal `state`s of equal situations are one: whatever fails next has the same outcome.
"""

from dataclasses import dataclass

from quorate.explore.replay import Move
from quorate.explore.running import Running, Sides
from quorate.explore.scheduler.step import Step
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Situation
from quorate.explore.subject import Subject


@dataclass(frozen=True)
class Standing:
    """One side at rest. moves: how it came there, from the base on. digest: as Settled has it."""

    members: frozenset[str]
    moves: tuple[Move, ...]
    placement: Placement
    digest: str

    @property
    def quorate(self) -> bool:
        """Whether it has quorum, by the last that its Pacemaker was told."""
        return next((step.quorum for step in reversed(self.steps) if step.quorum is not None), True)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that lead to it."""
        return tuple(move.step for move in self.moves)


@dataclass(frozen=True)
class Stood:
    """All sides at rest. approximate: what of it is not exact, "" where all is."""

    situation: Situation
    sides: tuple[Standing, ...]
    approximate: str = ""

    @property
    def state(self) -> tuple[tuple[frozenset[str], str], ...]:
        """What the scheduler's answers depend on."""
        return tuple((side.members, side.digest) for side in self.sides)

    @property
    def placement(self) -> Placement:
        """What runs on all sides, as one placement: each node as its own side sees it, lost ones as the first does."""
        nodes = dict(self.sides[0].placement.nodes) if self.sides else {}
        instances = set(self.sides[0].placement.instances) if len(self.sides) == 1 else set()
        if len(self.sides) > 1:
            for side in self.sides:
                nodes |= {name: state for name, state in side.placement.nodes.items() if name in side.members}
                instances |= {one for one in side.placement.instances if one.node in side.members}
        return Placement(nodes, frozenset(instances))

    def running(self, subject: Subject) -> Sides:
        """Return what every side runs."""
        return Sides([Running(subject, side.placement, side.members, self.situation) for side in self.sides])

    def nearest(self, members: frozenset[str]) -> Standing:
        """Return the side that nodes come from: the one that has most of them, of equals the first."""
        return max(self.sides, key=lambda side: len(side.members & members))
