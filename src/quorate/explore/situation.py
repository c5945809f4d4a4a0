"""Situation: what has failed so far, and what the next failure makes of it. Pure.

In: a Subject, a Situation, a Failure, and what runs where when it comes (the Placement at rest before it). Out: the
sides into which the cluster falls, each with the Step that its Pacemaker is given and with whether it has quorum; the
situation afterwards.
"""

from dataclasses import dataclass, field

from quorate.explore.scheduler.step import Result, Step


@dataclass(frozen=True, slots=True)
class Situation:
    """What has failed and was not taken back. An empty one: everything is well.

    down: nodes that are lost. left, standby: nodes. apart, links, devices, failing: as in Failure, put together.
    unfenced: nodes that are lost and whose fencing failed. expected_votes: after last_man_standing; None: as
    configured. quorum_device: it does not answer. waits: quorum was lost under wait_for_all, and comes back with all
    nodes only. scores: (node, attribute) that no agent sets any more. split: nodes that live lie on several sides, and
    fencing did not end that; what comes then is not explored.
    """

    down: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    standby: frozenset[str] = frozenset()
    apart: tuple[frozenset[str], ...] = ()
    links: frozenset[tuple[str, int]] = frozenset()
    devices: frozenset[str] = frozenset()
    failing: tuple[Result, ...] = ()
    unfenced: frozenset[str] = frozenset()
    expected_votes: int | None = None
    quorum_device: bool = False
    waits: bool = False
    scores: frozenset[tuple[str, str]] = frozenset()
    split: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A partition of the cluster. members: its nodes. step: what its Pacemaker is given.

    fences: nodes of other sides, or lost ones, that it will fence; delay_s: how long its fencing of each is put off.
    """

    members: frozenset[str]
    quorate: bool
    step: Step
    fences: frozenset[str] = frozenset()
    delay_s: float = 0


@dataclass(frozen=True, slots=True)
class Blow:
    """What a failure does: the sides that are left (one, unless nodes no longer hear each other), and what it leaves.

    survivor: index of the side that goes on where sides fence each other, None where no side can; a race: nothing but
    chance decides between sides of equal delay.
    """

    sides: tuple[Side, ...]
    situation: Situation
    survivor: int | None = 0
    race: bool = False
    remarks: tuple[str, ...] = field(default=())
