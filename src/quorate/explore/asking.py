"""Asking: each failure asked once, then each pair, shared among processes.

1. Each failure by itself, on the cluster at rest; what it leaves is kept.
2. Pairs whose outcome follows from what was asked are not asked (economy.py). The others are put together by the state
   that the first failure left, and each second is asked once for all of these, as far as it comes to the same.
3. What was found is returned; also when it is interrupted: then `total` says how much there would have been.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import product
from types import FrameType
from typing import TypeVar

from quorate.explore.economy import Economy, Trace
from quorate.explore.failure import Failure, beginning, node_by_node, side_by_side
from quorate.explore.folded import Folded
from quorate.explore.narrowing import Narrowing, Wanted, wanted, with_services
from quorate.explore.pairs import Plan, Seconds, plan
from quorate.explore.pool import Here, Pool, Processes
from quorate.explore.result import Exploration, Scenario
from quorate.explore.standing import Stood
from quorate.explore.work import Answer, Pairs, Setup, Singles, Task, together

SINGLES_EACH = 4
"""Failures in a task: few, so that the processes end together."""

PAIRS_EACH = 48
"""Pairs in a task: about a second's work for five nodes and sixty resources."""


T = TypeVar("T")
FAILED_SHOWN = 5

Told = Callable[[int, int], None]
"""What is called with (known, of how many); the latter becomes less once, when the first failures are known."""


def silent(known: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is explored, as universe.py has it.

    every: all failures. singles: those that may come first. at_once: several together. seconds: of a situation and what
    runs then, what may come next.
    """

    setup: Setup
    every: Sequence[Failure]
    singles: Sequence[Failure]
    seconds: Seconds
    at_once: Sequence[Failure] = ()
    not_covered: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to explore. depth: 1, or 2 with pairs. jobs: processes; 1: just this one. pair_events: keep theirs, too.

    exact: ask every pair that does not follow exactly from what was asked (economy.py).
    """

    depth: int = 1
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    narrowing: Narrowing = field(default_factory=Narrowing)
    pair_events: bool = False
    exact: bool = False


@dataclass
class _Found:
    """What is known so far."""

    tell: Told
    total: int
    scenarios: Folded = field(default_factory=Folded)
    stood: dict[str, Stood] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def add(self, answer: Answer) -> None:
        """Keep an answer, and tell."""
        self.scenarios.extend(answer.scenarios)
        self.stood |= answer.stood
        self.traces |= answer.traces
        self.failed |= answer.failed
        self.tell(len(self.scenarios) + len(self.failed), self.total)

    def take(self, scenarios: Iterable[Scenario]) -> None:
        """Keep scenarios that nobody had to be asked for, and tell."""
        self.scenarios.extend(scenarios)
        self.tell(len(self.scenarios) + len(self.failed), self.total)

    @property
    def took_s(self) -> float:
        """Wall clock."""
        return time.monotonic() - self.began


def ask(question: Question, options: Options, tell: Told = silent) -> Exploration:
    """Return what every failure does to every service, and with depth 2 every pair of them.

    Ctrl-C and SIGTERM end it early: what is known then is returned. Unknown: the scheduler refuses the subject's CIB,
    or is gone. UsageError: nothing is called as `options.narrowing` says.
    """
    asked = wanted(options.narrowing, question.every)
    subject = with_services(question.setup.subject, options.narrowing.services)
    setup = replace(question.setup, subject=subject)
    found, name = _Found(tell, _most(question, asked, options)), ""
    with _as_interrupt(signal.SIGTERM), suppress(KeyboardInterrupt), _pool(setup, options) as pool:
        name = pool.name
        for answer in pool.answers(_alone(question, asked, options, pool.rest)):
            found.add(answer)
        if options.depth > 1:
            pairs = _planned(question, found, pool.rest, asked, options)
            found.total = _alone_count(question, asked, options) + pairs.total
            found.take(pairs.known())
            for answer in pool.answers(_pieces(pairs.groups())):
                found.add(answer)
                found.take(twin for one in answer.scenarios for twin in pairs.like(one))
                found.failed |= {id_: why for one, why in answer.failed.items() for id_ in pairs.lost_with(one)}
    return Exploration(
        subject=subject.name,
        nodes=subject.nodes,
        services=subject.names,
        depth=options.depth,
        scheduler=name,
        scenarios=_in_order(found.scenarios, question.every, asked),
        total=found.total,
        not_covered=question.not_covered,
        remarks=(*subject.remarks, *_remarks(found)),
        took_s=round(found.took_s, 3),
        outage_target_s=subject.outage_target_s,
        availability_target=subject.availability_target,
    )


def _most(question: Question, asked: Wanted, options: Options) -> int:
    """Return how many scenarios there are at most, before it is known what may come after what."""
    pairs = product(question.singles, question.every) if options.depth > 1 else ()
    return _alone_count(question, asked, options) + sum(asked.is_pair(a.id, b.id) for a, b in pairs if a is not b)


def _alone_count(question: Question, asked: Wanted, options: Options) -> int:
    singles = sum(asked.is_single(one.id) for one in question.singles)
    return singles + (sum(asked.is_single(*together(one)) for one in question.at_once) if options.depth > 1 else 0)


def _pool(setup: Setup, options: Options) -> Pool:
    return Processes(setup, options.jobs) if options.jobs > 1 else Here(setup)


def _alone(question: Question, asked: Wanted, options: Options, rest: Stood) -> Iterator[Task]:
    """Yield the failures that are asked for, or begin a pair that is; with depth 2 those that come at once, too."""
    deep = options.depth > 1
    kept = [
        one
        for one in question.singles
        if asked.is_single(one.id) or (deep and any(asked.is_pair(one.id, other.id) for other in question.every))
    ]
    both = [one for one in question.at_once if deep and asked.is_single(*together(one))]
    for failures, keep in ((kept, True), (both, options.pair_events)):
        in_order = node_by_node(side_by_side(failures), rest.placement)
        for piece in _cut(in_order, SINGLES_EACH, list(map(beginning, in_order))):
            yield Singles(tuple(piece), events=keep)


def _planned(question: Question, found: "_Found", rest: Stood, asked: Wanted, options: Options) -> Plan:
    independent = not options.exact and question.setup.subject.placement == "default"
    alone = {one.id: one for one in found.scenarios if len(one.failures) == 1}
    economy = Economy(rest, found.stood, found.traces, alone, exact=not independent)
    return plan(question.singles, question.seconds, economy, asked, events=options.pair_events)


def _pieces(groups: Sequence[Pairs]) -> Iterator[Task]:
    """Yield the groups in pieces: in one piece all the firsts of a second, and of those that begin like it."""
    for group in groups:
        in_order = sorted(group.wanted, key=lambda pair: pair[::-1])
        begins = [beginning(second) for second in group.seconds]
        for piece in _cut(in_order, PAIRS_EACH, [begins[second] for _, second in in_order]):
            yield replace(group, wanted=tuple(piece))


def _cut(items: Sequence[T], each: int, keys: Sequence[object]) -> Iterator[Sequence[T]]:
    """Yield pieces of `each` items, or more: what has the same key as its neighbour is in the same piece."""
    start = 0
    while start < len(items):
        end = min(start + each, len(items))
        while end < len(items) and keys[end] == keys[end - 1]:
            end += 1
        yield items[start:end]
        start = end


def _in_order(scenarios: Iterable[Scenario], every: Sequence[Failure], asked: Wanted) -> tuple[Scenario, ...]:
    """Return singles, then pairs, in the order of the failures; only what was asked for."""
    place = {one.id: number for number, one in enumerate(every)}
    kept = (one for one in scenarios if len(one.failures) > 1 or asked.is_single(one.id))
    return tuple(sorted(kept, key=lambda one: (len(one.failures), [place[id_] for id_ in one.failures], one.id)))


def _remarks(found: _Found) -> Iterator[str]:
    """Say what could not be asked, and after what nothing is."""
    for id_, why in sorted(found.failed.items())[:FAILED_SHOWN]:
        yield f"{id_} could not be asked: {why}"
    if len(found.failed) > FAILED_SHOWN:
        yield f"{len(found.failed) - FAILED_SHOWN} more scenarios could not be asked"


@contextmanager
def _as_interrupt(number: signal.Signals) -> Iterator[None]:
    """Have a signal end what is done here as Ctrl-C does; sent again, it does not disturb the clearing up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal's handler
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.signal(number, before)
