"""Fight: which side goes on where sides no longer hear each other, and may fence each other. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from quorate.explore.reach import Reach, priority_delay_s
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Side

NOBODY = "no side can fence the other: each keeps what it has, and nothing moves"
CHANCE = "both sides fence after the same time: chance decides which of them goes on, or both are switched off"
LUCK = "a random delay (pcmk_delay_max) decides which side goes on"


@dataclass(frozen=True, slots=True)
class Outcome:
    """survivor, race: as in Blow. remark: what to say of it."""

    survivor: int | None
    race: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Shot:
    """When a side has fenced all others, in seconds after it decided to, and how much of that is chance."""

    index: int
    after_s: float
    random_s: float


def fight(sides: tuple[Side, ...], reach: Reach, placement: Placement) -> Outcome:
    """Return which side goes on: the only one there is, the only one that may act, or the one that fences first.

    A side without quorum does not act, unless no-quorum-policy is ignore.
    """
    subject = reach.subject
    acting = [i for i, side in enumerate(sides) if side.quorate or subject.no_quorum_policy == "ignore"]
    if len(sides) == 1:
        return Outcome(0)
    if len(acting) == 1:
        return Outcome(acting[0])
    if not acting or not subject.fencing:
        return Outcome(None)
    return _first(_shot(sides, index, reach, placement) for index in acting)


def _first(shots: Iterable[_Shot]) -> Outcome:
    first, second, *_ = sorted(shots, key=lambda shot: shot.after_s)
    if first.after_s == inf:
        return Outcome(None, remark=NOBODY)
    random_s = first.random_s + second.random_s
    gap_s = second.after_s - first.after_s
    if gap_s == 0 and not random_s:
        return Outcome(first.index, race=True, remark=CHANCE)
    if gap_s < random_s / 2:
        return Outcome(first.index, race=True, remark=LUCK)
    return Outcome(first.index)


def _shot(sides: tuple[Side, ...], index: int, reach: Reach, placement: Placement) -> _Shot:
    """Return when this side has fenced every node of the others; never where it cannot fence one of them."""
    members = sides[index].members
    after_s, random_s = 0.0, 0.0
    for victim in (node for i, other in enumerate(sides) if i != index for node in other.members):
        how = reach.way(members, victim)
        if how is None:
            return _Shot(index, inf, 0.0)
        delay_s = how.delay_s(victim) + priority_delay_s(reach.subject, placement, members, victim)
        if delay_s >= after_s:
            after_s, random_s = delay_s, how.random_s
    return _Shot(index, after_s, random_s)
