"""Timing: when each action of the transitions begins and ends. Pure.

In: the transitions of one side, a duration for each action, how long until Pacemaker acts. Out: Events on one time
axis (0: the failure); what they mean for a service's clients is outage.py's to say.

Transitions come one after the other; an action begins when all that it waits for have ended. Not counted, and said so
(APPROXIMATE): batch-limit and migration-limit; and, unless the durations say so (at_once), that Pacemaker does less at
once when a node is under load. They only prolong.
An event's end includes the pause that Pacemaker makes around each action, so that the events of a path touch.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from types import MappingProxyType

from quorate.explore.durations import NOTHING, Durations, Pause, weakest
from quorate.explore.queue import Queue
from quorate.explore.result import Event, Figure
from quorate.explore.scheduler.transition import Action, Placement, Transition

APPROXIMATE = "batch-limit, migration-limit and throttling under load are not counted in durations"
NO_DELAYS: Mapping[str, float] = MappingProxyType({})
DETECT, DECIDE, FENCE, DELAY = "detect", "decide", "fence", "delay"
OWN = -1
"""Id of the events that are no action of a graph: what comes before its first action. A delay of fencing is -2 - id."""

POWER_OFF = 0.4
"""The share of a node's fencing after which its power is off: before it comes the login, after it power on and a look
whether that was done (0.31 to 0.40 in three drills with an IPMI board)."""

Instances = frozenset[tuple[str, str]]
"""(primitive, node)"""

NO_INSTANCES: Instances = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """How long until Pacemaker learns of a failure, and what it then takes to begin. detection.py makes it."""

    detect: Figure
    pause: Pause = "announced"
    subject: str = ""
    longest_s: float | None = None


def course(
    transitions: Sequence[Transition],
    durations: Durations,
    notice: Notice,
    *,
    delays_s: Mapping[str, float] = NO_DELAYS,
    gone: Instances = frozenset(),
    hung: Instances = frozenset(),
    failing: Instances = frozenset(),
    silent: Collection[str] = (),
) -> tuple[Event, ...]:
    """Return everything that happens, in the order in which it begins; () where Pacemaker does nothing.

    Only actions that are carried out. delays_s: by node, how long its fencing is put off (Side.delay_s); what the graph
    says of that itself (priority-fencing-delay) is part of it and not added again. gone: what the failure has ended
    (`ended`): to stop it takes less. hung: what does not answer: to stop it takes longer. failing: a start there
    ends with an error, and leaves it stopped. silent: fencing devices that do not answer.
    """
    busy = [(number, one) for number, one in enumerate(transitions) if one.done]
    if not busy:
        return ()
    at_s = notice.detect.seconds
    events = [Event(0.0, at_s, DETECT, notice.subject, "", OWN, OWN, (), notice.detect.basis)]
    pause = durations.pause(notice.pause)
    for number, transition in busy:
        begin_s = at_s + pause.seconds
        events.append(Event(at_s, begin_s, DECIDE, "", "", number, OWN, (), pause.basis))
        found = _Lengths(durations, delays_s, gone, hung, failing, silent).of(number, transition, begin_s)
        started = frozenset((event.subject, event.node) for event in found if event.action == "start")
        gone, hung = (gone - started) | (started & failing), hung - started
        events += found
        at_s = max((event.end_s for event in found), default=begin_s)
        pause = durations.pause("transition")
    return tuple(sorted(events, key=lambda event: (event.begin_s, event.transition, event.id)))


@dataclass(frozen=True, slots=True)
class _Lengths:
    """What decides how long actions take; as for `course`."""

    durations: Durations
    delays_s: Mapping[str, float]
    gone: Instances
    hung: Instances
    failing: Instances
    silent: Collection[str]

    def of(self, number: int, transition: Transition, begin_s: float) -> list[Event]:
        """Return the events of a transition that begins at begin_s.

        Where so many are under way at once as may be, the next one waits for the first of them to end, too, and the
        first in the graph's order is next, as in Pacemaker's own engine.
        """
        queue = Queue(transition)
        under_way: list[tuple[float, int, int]] = []  # end, place in the graph, id
        found: list[Event] = []
        at_s, slot = begin_s, -1
        busy = 0
        while True:
            while action := queue.next(markers_only=0 < self.durations.at_once <= busy):
                after = tuple(id_ for id_ in action.after if id_ in transition.done)
                waited = queue.ready_s.get(action.id, begin_s) < at_s
                found += self._events(action, number, at_s, (*after, slot) if waited else after)
                heappush(under_way, (found[-1].end_s, queue.places[action.id], action.id))
                busy += action.kind != "pseudo_event"
            if not under_way:
                break
            at_s, _, slot = heappop(under_way)
            busy -= queue.ended(slot, at_s).kind != "pseudo_event"
        if queue.waiting:
            raise ValueError("actions of a transition wait for each other in a circle")
        return found

    def _events(self, action: Action, number: int, at_s: float, after: tuple[int, ...]) -> list[Event]:
        """Return an action that begins now, behind the delay of its fencing."""
        found = []
        if delay_s := self._delay_s(action):
            later_s, id_ = at_s + delay_s, -2 - action.id
            found.append(Event(at_s, later_s, DELAY, action.node, action.node, number, id_, after, "measured"))
            at_s, after = later_s, (id_,)
        length = self._length(action)
        to_s = at_s + length.seconds
        task, subject = FENCE if action.task == "stonith" else action.task, action.resource or action.node
        serves = self.durations.serves(action.resource, action.node) if task in {"start", "promote"} else None
        serves_s = at_s + serves.seconds if serves and serves.seconds < length.seconds else None
        event = Event(at_s, to_s, task, subject, action.node, number, action.id, after, length.basis, serves_s)
        return [*found, event]

    def _length(self, action: Action) -> Figure:
        """Return what an action takes with the pause around it."""
        if action.kind == "pseudo_event":
            return NOTHING
        one = action.resource, action.node
        own = self.durations.of(
            action, gone=one in self.gone, hung=one in self.hung, fails=one in self.failing, silent=self.silent
        )
        between = self.durations.pause("action")
        return Figure(own.seconds + between.seconds, weakest([own.basis, between.basis]))

    def _delay_s(self, action: Action) -> float:
        if action.task != "stonith":
            return 0.0
        return max(self.delays_s.get(action.node, 0.0), action.priority_delay_s)


def ended(placement: Placement, lost: Collection[str] = (), failed: Collection[tuple[str, str]] = ()) -> Instances:
    """Return what a failure ends at once: all on nodes that are lost or hang, and (primitive, node) that failed."""
    return frozenset(
        (one.resource, one.node)
        for one in placement.instances
        if one.node in lost or (one.resource, one.node) in failed
    )
