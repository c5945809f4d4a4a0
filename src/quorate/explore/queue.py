"""Queue: the actions of a transition, each when all that it waits for has ended. Pure.

Of those that may begin the first in the graph's order is next, as in Pacemaker's own engine (pcmk__execute_graph).
"""

from heapq import heappop, heappush

from quorate.explore.scheduler.transition import Action, Transition


class Queue:
    """The actions of a transition that are carried out, and which of them may begin.

    places: where each stands in the graph. ready_s: when the last that an action waited for ended; not there for those
    that wait for none. waiting: how many may not begin yet.
    """

    def __init__(self, transition: Transition) -> None:
        actions = [action for action in transition.actions if action.id in transition.done]
        self.actions = {action.id: action for action in actions}
        self.places = {action.id: place for place, action in enumerate(actions)}
        self.ready_s: dict[int, float] = {}
        self._before = {action.id: len({*action.after} & self.actions.keys()) for action in actions}
        self._behind: dict[int, list[int]] = {}
        for action in actions:
            for id_ in {*action.after} & self.actions.keys():
                self._behind.setdefault(id_, []).append(action.id)
        self._markers: list[tuple[int, int]] = []
        self._others: list[tuple[int, int]] = []
        self.waiting = len(actions)
        for id_, number in self._before.items():
            if not number:
                self._ready(id_)

    def next(self, *, markers_only: bool) -> Action | None:
        """Take the first in the graph's order that may begin; None if there is none. markers: pseudo_event."""
        heaps = [heap for heap in (self._markers, [] if markers_only else self._others) if heap]
        return self.actions[heappop(min(heaps))[1]] if heaps else None

    def ended(self, id_: int, at_s: float) -> Action:
        """Note that an action ended; return it."""
        for behind in self._behind.get(id_, ()):
            self._before[behind] -= 1
            if not self._before[behind]:
                self.ready_s[behind] = at_s
                self._ready(behind)
        return self.actions[id_]

    def _ready(self, id_: int) -> None:
        heap = self._markers if self.actions[id_].kind == "pseudo_event" else self._others
        heappush(heap, (self.places[id_], id_))
        self.waiting -= 1
