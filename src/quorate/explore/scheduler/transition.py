"""Transition: what Pacemaker decides to do, as a graph; Placement: what runs where. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

NONE: Mapping[str, str] = MappingProxyType({})

Kind = Literal["rsc_op", "crm_event", "pseudo_event"]
Role = Literal["Started", "Promoted", "Unpromoted", "Stopped"]


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a transition graph (Pacemaker Explained, "Transition").

    kind: rsc_op (an agent is called), crm_event (fencing, shutdown ...), pseudo_event (a marker that takes no time).
    task: start, stop, monitor, promote, demote, notify, stonith ... resource: the primitive's id as configured, "" for
    what is done to a node. node: where it is done; for fencing, the node that is fenced. timeout_ms: 0 if it has none.
    priority_delay_s: of fencing (priority-fencing-delay). after: the ids of the actions it waits for.
    """

    id: int
    kind: Kind
    task: str
    resource: str = ""
    node: str = ""
    interval_ms: int = 0
    timeout_ms: int = 0
    priority_delay_s: float = 0
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """One answer of the scheduler: a directed graph without cycles. done: ids of the actions that were carried out.

    What is not done was behind something that failed (an operation, or fencing that cannot succeed).
    """

    actions: tuple[Action, ...]
    done: frozenset[int]


@dataclass(frozen=True, slots=True, order=True)
class Instance:
    """A primitive (its id as configured) that is active on a node. blocked: failed, and Pacemaker does not touch it."""

    resource: str
    node: str
    role: Role
    blocked: bool = False


NodeState = Literal["online", "standby", "offline", "unclean"]
"""unclean: nobody knows whether it still runs what it ran; online and unclean, too, is unclean."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Who is there, and what is active where: as Pacemaker believes it (an unclean node may run it, or not)."""

    nodes: Mapping[str, NodeState] = field(default_factory=lambda: MappingProxyType({}))
    instances: frozenset[Instance] = frozenset()

    def active(self, resource: str) -> tuple[Instance, ...]:
        """Return where a primitive certainly runs: on nodes that are known to be there, sorted by node."""
        there = {name for name, state in self.nodes.items() if state in {"online", "standby"}}
        return tuple(sorted(one for one in self.instances if one.resource == resource and one.node in there))


@dataclass(frozen=True, slots=True)
class Settled:
    """What a step leads to.

    transitions: in order, until nothing was left to do. placement: then. digest: equal for states in which everything
    that follows is equal (placement, node states, fail counts, scores). quiet: False where it never came to rest: then
    `cycle` holds the digests that repeat, and placement is the last one.
    """

    transitions: tuple[Transition, ...]
    placement: Placement
    digest: str
    quiet: bool = True
    cycle: tuple[str, ...] = ()
