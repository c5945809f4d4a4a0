"""Reading: the worker's answers, as what the scheduler found and wants done. Pure.

Four parts of five were said before, to the letter, when many failures of one cluster are asked about. So each part is
kept by a digest of itself, and equal parts give the same value.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

from quorate.explore.scheduler.channel import Died
from quorate.explore.scheduler.graph import parse, parse_status, read_graph
from quorate.explore.scheduler.settling import Run
from quorate.explore.scheduler.state import digest
from quorate.explore.scheduler.transition import Action, Placement, Transition

T = TypeVar("T")
KEPT_BYTES = 8 << 20
"""Of how much text of each kind what was read from it is kept; that takes about as much."""


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
        placement = self._placements.get(lambda: parse_status(parse(status)), status)
        actions = self._actions.get(lambda: read_graph(parse(graph)).actions, graph)
        facts = _part(answer, b"facts")
        found = self._digests.get(lambda: digest(_lines(facts), placement), status, facts)
        done = frozenset(map(int, _part(answer, b"done")[len("<done>") : -len("</done>")].split()))
        return Run(placement, found, Transition(actions, done))


def _part(answer: bytes, tag: bytes) -> bytes:
    """Return an element of the answer as text, empty where it is not there; nothing else in it looks like a tag."""
    begin, end = answer.find(b"<" + tag), answer.find(b"</" + tag + b">")
    return answer[begin : end + len(tag) + 3] if 0 <= begin < end else b""


def _lines(facts: bytes) -> set[str]:
    return {" ".join(line.split()) for line in (parse(facts).text or "").splitlines()} if facts else set()


class _Kept(Generic[T]):
    """Values by digests of the texts that they were read from; the least recently used go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[T, int]] = OrderedDict()
        self._bytes = 0

    def get(self, read: Callable[[], T], *texts: bytes) -> T:
        """Return what elements say; `read` says it where that is not known."""
        made = blake2b(digest_size=16)
        for text in texts:
            made.update(text)
        key = made.digest()
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key][0]
        found, size = read(), sum(map(len, texts))
        self._known[key] = found, size
        self._bytes += size
        while self._bytes > KEPT_BYTES and len(self._known) > 1:
            _, (_, oldest) = self._known.popitem(last=False)
            self._bytes -= oldest
        return found
