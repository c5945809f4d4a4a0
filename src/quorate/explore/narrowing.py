"""Narrowing: which failures, which pairs and which services are asked for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from quorate.errors import UsageError
from quorate.explore.failure import Failure
from quorate.explore.subject import Subject
from quorate.explore.universe import select

Patterns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked for, in words; empty: everything.

    services: names. faults: a scenario is asked for if one of its failures matches one of these patterns
    (universe.select). first, second: of pairs, what the first and the second failure have to match.
    """

    services: tuple[str, ...] = ()
    faults: Patterns = ()
    first: Patterns = ()
    second: Patterns = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, of the failures that there are: ids; None: all."""

    faults: frozenset[str] | None
    first: frozenset[str] | None
    second: frozenset[str] | None

    def is_single(self, *ids: str) -> bool:
        """Whether a failure is asked for by itself (or several that come at once)."""
        either = None
        if self.first is not None or self.second is not None:
            either = (self.first or frozenset()) | (self.second or frozenset())
        return any(_in(id_, either) and _in(id_, self.faults) for id_ in ids)

    def is_pair(self, first: str, second: str) -> bool:
        """Whether a pair is asked for."""
        return (
            _in(first, self.first)
            and _in(second, self.second)
            and (_in(first, self.faults) or _in(second, self.faults))
        )


def _in(id_: str, ids: frozenset[str] | None) -> bool:
    return ids is None or id_ in ids


def wanted(narrowing: Narrowing, failures: Sequence[Failure]) -> Wanted:
    """Return what is asked for of these failures; UsageError where a pattern matches none."""
    faults, first, second = (
        frozenset(one.id for one in select(failures, patterns)) if patterns else None
        for patterns in (narrowing.faults, narrowing.first, narrowing.second)
    )
    return Wanted(faults, first, second)


def with_services(subject: Subject, names: Sequence[str]) -> Subject:
    """Return the subject with these services alone, all where there are none; UsageError where one is unknown."""
    for name in names:
        if name not in subject.names:
            near = get_close_matches(name, subject.names, 3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"the services are {', '.join(subject.names)}"
            raise UsageError(f'no service of this cluster is called "{name}"', hint)
    return replace(subject, services=tuple(one for one in subject.services if not names or one.name in names))
