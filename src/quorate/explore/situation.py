"""Situation: what has failed so far; Blow: what the next failure makes of it. Pure values, made by strike.py.

A cluster whose nodes no longer hear each other falls into sides, each with a Pacemaker of its own, that is given a Step
of its own.
"""

from dataclasses import dataclass, field

from quorate.explore.scheduler.step import Result, Step


@dataclass(frozen=True, slots=True)
class Situation:
    """What has failed and was not taken back. An empty one: everything is well.

    down: nodes that are lost. left, standby: nodes. apart, links, devices, failing: as in Failure, put together.
    unfenced: nodes that are lost and whose fencing failed, or was not allowed. runs_on: nodes that are lost to the side
    that goes on, and that may still run what they ran, for they were not fenced. expected_votes: after
    last_man_standing; None: as configured. quorum_device: it does not answer. waits: quorum was lost under
    wait_for_all, and comes back with all nodes only. scores: (node, attribute) that no agent sets any more. split:
    nodes that live lie on several sides, and fencing did not end that; what comes then is not explored.
    """

    down: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    standby: frozenset[str] = frozenset()
    apart: tuple[frozenset[str], ...] = ()
    links: frozenset[tuple[str, int]] = frozenset()
    devices: frozenset[str] = frozenset()
    failing: tuple[Result, ...] = ()
    unfenced: frozenset[str] = frozenset()
    runs_on: frozenset[str] = frozenset()
    expected_votes: int | None = None
    quorum_device: bool = False
    waits: bool = False
    scores: frozenset[tuple[str, str]] = frozenset()
    split: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A partition of the cluster. members: its nodes. step: what its Pacemaker is given.

    fences: nodes of other sides, or lost ones, that it will fence; delay_s: how long the devices' settings put that
    off, at most; in_vain: devices of earlier levels, which are tried first and do not answer.
    """

    members: frozenset[str]
    quorate: bool
    step: Step
    fences: frozenset[str] = frozenset()
    delay_s: float = 0
    in_vain: tuple[str, ...] = ()


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
