"""Reach: which lost node a side can fence, over which devices, and how long that is put off. Pure.

Pacemaker's scheduler fences any node as long as there is one device (it asks neither lists nor levels): whether it
succeeds is decided by pacemaker-fenced. Sources: Pacemaker Explained, "Fencing"; pacemaker-fenced(7);
pacemaker-schedulerd(7), priority-fencing-delay.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from quorate.explore.fences import WATCHDOG
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Situation
from quorate.explore.subject import Fence, Subject


@dataclass(frozen=True, slots=True)
class Way:
    """How a node is fenced: the devices of the level that works, and those that were tried before in vain."""

    devices: tuple[Fence, ...]
    in_vain: tuple[str, ...]

    def delay_s(self, victim: str) -> float:
        """Return how long the devices' own settings put it off (pcmk_delay_base, half of what pcmk_delay_max adds)."""
        return sum(device.delay_s.get(victim, 0.0) for device in self.devices)

    @property
    def random_s(self) -> float:
        """The most that chance adds to it."""
        return sum(device.random_s for device in self.devices)


@dataclass(frozen=True, slots=True)
class Reach:
    """Who can be fenced in a situation (its silent devices, its cut links)."""

    subject: Subject
    situation: Situation

    def way(self, side: frozenset[str], victim: str) -> Way | None:
        """Return how a side fences a node, None where it cannot."""
        by_id = {fence.id: fence for fence in self.subject.fences}
        levels = self.subject.levels.get(victim)
        if levels is None:
            levels = tuple((fence.id,) for fence in self.subject.fences if victim in fence.victims)
        in_vain: list[str] = []
        for level in levels:
            known = tuple(by_id[id_] for id_ in level if id_ in by_id)
            if len(known) == len(level) and all(self._works(fence, side, victim) for fence in known):
                return Way(known, tuple(in_vain))
            in_vain += level
        return None

    def ways(self, side: frozenset[str], victims: Iterable[str]) -> Mapping[str, Way]:
        """Return how a side fences each node that it can fence."""
        found = ((victim, self.way(side, victim)) for victim in victims)
        return {victim: how for victim, how in found if how is not None}

    def unfenceable(self, side: frozenset[str], of: Iterable[str]) -> tuple[str, ...]:
        """Return those of some nodes that a side cannot fence, in the order of the file; none where fencing is off."""
        wanted = frozenset(of) if self.subject.fencing and side else frozenset[str]()
        return tuple(node for node in self.subject.nodes if node in wanted and self.way(side, node) is None)

    def _works(self, fence: Fence, side: frozenset[str], victim: str) -> bool:
        if victim not in fence.victims or fence.id in self.situation.devices:
            return False
        return fence.id == WATCHDOG or any(self._users(fence, side - {victim}))

    def _users(self, fence: Fence, side: frozenset[str]) -> Iterator[str]:
        """Yield the nodes of a side that may use a device and reach it."""
        for node in side:
            if node in fence.nodes and (fence.link is None or (node, fence.link) not in self.situation.links):
                yield node


def priority_delay_s(subject: Subject, placement: Placement, side: frozenset[str], victim: str) -> float:
    """Return what priority-fencing-delay adds: for the node whose resources weigh most, where the side is no majority.

    A node weighs what the priorities of its active primitives add up to, one more for each promoted one.
    """
    if subject.priority_delay_s <= 0 or victim in side or len(side) > len(subject.nodes) // 2:
        return 0.0
    weights = dict.fromkeys(subject.nodes, 0)
    for one in placement.instances:
        part = subject.parts.get(one.resource)
        if part is not None and part.priority and one.node in weights:
            weights[one.node] += part.priority + (one.role == "Promoted")
    top = max(weights.values())
    same = min(weights.values()) == top
    return 0.0 if same or weights[victim] < top else subject.priority_delay_s
