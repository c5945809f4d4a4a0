"""Reading: the worker's answers, as what the scheduler found and wants done. Pure.

Four parts of five were said before, to the letter, when many failures of one cluster are asked about. So each part is
kept with what was read from it, and equal parts give the same value.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from quorate.explore.scheduler.channel import Died
from quorate.explore.scheduler.graph import parse, parse_status, read_graph
from quorate.explore.scheduler.settling import Run
from quorate.explore.scheduler.state import digest
from quorate.explore.scheduler.transition import Action, Placement, Transition

T = TypeVar("T")
KEPT_BYTES = 8 << 20
"""How much of each kind of part is kept, as text; what is read from it takes a few times as much."""


class Reading:
    """Reads answers of one worker."""

    def __init__(self) -> None:
        self._placements = _Kept[Placement]()
        self._actions = _Kept[tuple[Action, ...]]()
        self._digests = _Kept[str]()

    def run(self, answer: bytes) -> Run:
        """Return what was found, and what is to be done with what of it can be; Died where the answer is none."""
        status, graph = _part(answer, b"cluster_status"), _part(answer, b"transition_graph")
        if not status or not graph:
            raise Died("said what is no answer")
        placement = self._placements.get(status, lambda: parse_status(parse(status)))
        actions = self._actions.get(graph, lambda: read_graph(parse(graph)).actions)
        facts = _part(answer, b"facts")
        found = self._digests.get(status + facts, lambda: digest(_lines(facts), placement))
        done = frozenset(map(int, _part(answer, b"done")[len("<done>") : -len("</done>")].split()))
        return Run(placement, found, Transition(actions, done))


def _part(answer: bytes, tag: bytes) -> bytes:
    """Return an element of the answer as text, empty where it is not there; nothing else in it looks like a tag."""
    begin, end = answer.find(b"<" + tag), answer.find(b"</" + tag + b">")
    return answer[begin : end + len(tag) + 3] if 0 <= begin < end else b""


def _lines(facts: bytes) -> set[str]:
    return {" ".join(line.split()) for line in (parse(facts).text or "").splitlines()} if facts else set()


class _Kept(Generic[T]):
    """Values by the text that they were read from; the least recently used go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, T] = OrderedDict()
        self._bytes = 0

    def get(self, text: bytes, read: Callable[[], T]) -> T:
        """Return what the text says; `read` says it where that is not known."""
        if text in self._known:
            self._known.move_to_end(text)
            return self._known[text]
        found = self._known[text] = read()
        self._bytes += len(text)
        while self._bytes > KEPT_BYTES and len(self._known) > 1:
            oldest, _ = self._known.popitem(last=False)
            self._bytes -= len(oldest)
        return found
