"""Universe: all failures of a subject, alone, in pairs, at once; and what is not among them. Pure.

The order is stable: by kind as in FIRST, then as the kind finds them, which is the order of the file. An exploration of
depth 1 goes through singles(); one of depth 2 also through at_once(), and after each single through seconds().
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import combinations
from types import MappingProxyType
from typing import cast

from quorate import registry
from quorate.errors import UsageError
from quorate.explore import failures
from quorate.explore.failure import Failure, Kind
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Situation
from quorate.explore.subject import Subject
from quorate.explore.usable import active, matters, usable

FIRST = (
    "node_lost",
    "node_and_board_lost",
    "node_hung",
    "node_left",
    "node_standby",
    "resource_failed",
    "start_failed",
    "stop_failed",
    "resource_failed_everywhere",
    "disk_failed",
    "link_cut",
    "link_lost",
    "partition",
    "fencing_silent",
    "quorum_device_lost",
    "shared_lost",
)
"""How people think of it: nodes first. Kinds that are not named here come after these, by name."""

EQUAL = (
    "a failure that harms nobody alone (a silent fencing device, the quorum device, one of several links) and another: "
    "at once is taken to be the same as one after the other"
)
GENERAL = (
    "two failures at once other than the loss of two nodes, and a failure that comes while Pacemaker is still busy "
    "with the one before: each comes when the cluster is at rest",
    "parts that lie or are partly broken: what says that it works and does not, what is slow, what comes and goes",
    "data that are damaged without an error",
    "mistakes of people, and of programs: Pacemaker, Corosync, agents, the servers themselves",
    "what clients need besides the service: names, routes, firewalls, and the cluster's own surroundings",
    "time that passes: failures that are forgotten (failure-timeout), rules with dates",
)
ONE = "two failures one after the other (--depth 2)"
TWO = "more than two failures"
SPLIT = "what comes after a partition that fencing did not end"


@cache
def kinds() -> Mapping[str, Kind]:
    """Return the kinds of failures by the name of their file, in the order in which they are explored."""
    found = registry.modules(failures)
    order = [name for name in FIRST if name in found] + [name for name in found if name not in FIRST]
    return MappingProxyType({name: cast("Kind", found[name]) for name in order})


def every(subject: Subject) -> tuple[Failure, ...]:
    """Return all failures, those among them that make sense after another only (a node returns)."""
    return tuple(failure for kind in kinds().values() for failure in kind.find(subject))


def singles(subject: Subject) -> tuple[Failure, ...]:
    """Return the failures that can happen to a cluster in which all is well."""
    return tuple(failure for failure in every(subject) if usable(Situation(), failure))


def at_once(subject: Subject) -> tuple[Failure, ...]:
    """Return the losses of two nodes at once, which are not the same as one after the other.

    Quorum is counted once, for those that are left (last_man_standing and a tie breaker count differently), and nothing
    moves to a node that is lost next. Two nodes alone leave nobody.
    """
    lost = [failure for failure in every(subject) if failure.kind == "node-lost"]
    if len(subject.nodes) < 3:
        return ()
    return tuple(
        Failure(
            id=f"{one.id}+{other.id}",
            words=f"{' and '.join(sorted(one.lost | other.lost, key=subject.nodes.index))} are lost at once",
            lost=one.lost | other.lost,
            notice="membership",
        )
        for one, other in combinations(lost, 2)
    )


def seconds(
    subject: Subject, situation: Situation, placement: Placement, among: Sequence[Failure] | None = None
) -> Iterator[Failure]:
    """Yield what can happen after other failures, when the cluster is at rest. among: of these alone."""
    where = active(placement)
    for failure in every(subject) if among is None else among:
        if matters(situation, failure, where):
            yield failure


def not_covered(depth: int) -> tuple[str, ...]:
    """Return what is not explored, in sentences without their end; printed with every result."""
    of_kinds = (words for kind in kinds().values() for words in kind.NOT_COVERED)
    deep = (ONE, TWO) if depth < 2 else (TWO, EQUAL, SPLIT)
    return tuple(dict.fromkeys((*deep, *GENERAL, *of_kinds)))


def select(known: Sequence[Failure], patterns: Sequence[str]) -> tuple[Failure, ...]:
    """Return the failures that any pattern names, in their order; all where there is no pattern.

    A pattern is an id, a kind, or either with * and ? in it (fnmatch). UsageError: one that names none.
    """
    if not patterns:
        return tuple(known)
    for pattern in patterns:
        if not any(_means(pattern, failure) for failure in known):
            raise UsageError(f'no failure of this cluster is called "{pattern}"', _hint(known, pattern))
    return tuple(failure for failure in known if any(_means(pattern, failure) for pattern in patterns))


def _means(pattern: str, failure: Failure) -> bool:
    return fnmatchcase(failure.id, pattern) or fnmatchcase(failure.kind, pattern)


def _hint(known: Sequence[Failure], pattern: str) -> str:
    ids = [failure.id for failure in known]
    near = difflib.get_close_matches(
        pattern, [*ids, *dict.fromkeys(failure.kind for failure in known)], n=3, cutoff=0.5
    )
    of_kind = [id_ for id_ in ids if id_.startswith(f"{pattern.partition(':')[0]}:")][:3]
    names = near or of_kind
    if names:
        return f"did you mean {' or '.join(names)}?"
    return f"the kinds are {', '.join(dict.fromkeys(failure.kind for failure in known))}" if known else "it has none"
