"""Courses: the times of what was done (timing.py), kept for a while. Pure.

Many firsts leave the same state behind, and what comes second is then answered by the same transitions (answered.py).
They take the same time where what was told is the same, too: of operations that would fail, those that were tried.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.explore.durations import Durations
from quorate.explore.result import Event
from quorate.explore.scheduler.transition import Transition
from quorate.explore.timing import NO_DELAYS, NO_INSTANCES, Instances, Notice, course

KEPT_MAX = 16
"""Answers of the scheduler of which the times are kept."""

Transitions = tuple[Transition, ...]
Events = tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Of:
    """What is known of one answer. acted: where something is done, by (primitive, node). found: by what was told."""

    transitions: Transitions
    acted: Instances
    found: dict[object, Events] = field(default_factory=dict)


class Courses:
    """Times by the answer itself: not an equal one, for to compare them takes as long as to find the times."""

    def __init__(self, durations: Durations) -> None:
        self._durations = durations
        self._known: OrderedDict[int, _Of] = OrderedDict()

    def of(
        self,
        transitions: Transitions,
        notice: Notice,
        *,
        delays_s: Mapping[str, float] = NO_DELAYS,
        gone: Instances = NO_INSTANCES,
        hung: Instances = NO_INSTANCES,
        failing: Instances = NO_INSTANCES,
        silent: frozenset[str] = frozenset(),
    ) -> Events:
        """Return the same as timing.course(); equal ones are one."""
        of = self._of(transitions)
        told = (notice, frozenset(delays_s.items()), gone, hung, failing & of.acted, silent)
        if told not in of.found:
            of.found[told] = course(
                transitions,
                self._durations,
                notice,
                delays_s=delays_s,
                gone=gone,
                hung=hung,
                failing=failing,
                silent=silent,
            )
        return of.found[told]

    def _of(self, transitions: Transitions) -> _Of:
        place = id(transitions)  # nobody else's as long as it is kept
        if place not in self._known:
            self._known[place] = _Of(transitions, frozenset(_acted(transitions)))
            if len(self._known) > KEPT_MAX:
                self._known.popitem(last=False)
        self._known.move_to_end(place)
        return self._known[place]


def _acted(transitions: Transitions) -> set[tuple[str, str]]:
    return {(one.resource, one.node) for each in transitions for one in each.actions if one.id in each.done}
