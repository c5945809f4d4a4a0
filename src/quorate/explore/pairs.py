"""Pairs: all pairs of failures, which of them are asked, and what follows for the others. Pure.

In: what the single failures left and did. Out: a Plan: groups of pairs for the scheduler, those together whose first
failures left the same state; and scenarios whose outcome is known already, or will be with that of another.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from quorate.explore.economy import INDEPENDENT, Economy, names, standing
from quorate.explore.failure import Failure, side_by_side
from quorate.explore.narrowing import Wanted
from quorate.explore.result import Impact, Scenario
from quorate.explore.scheduler.transition import Placement
from quorate.explore.situation import Situation
from quorate.explore.standing import Stood
from quorate.explore.work import Pairs, pair_id

Seconds = Callable[[Situation, Placement], Iterable[Failure]]


@dataclass(frozen=True, slots=True)
class Row:
    """What may come after a first failure: what is asked; what is as by itself; what is taken to be; what is as after
    the failure `model`.
    """  # noqa: D205 - one sentence

    first: Failure
    asked: tuple[Failure, ...]
    alone: tuple[Failure, ...]
    apart: tuple[Failure, ...]
    twins: tuple[Failure, ...]
    model: str


class Plan:
    """Which pairs there are. events: whether pairs keep theirs."""

    def __init__(self, rows: Sequence[Row], economy: Economy, *, events: bool) -> None:
        self._rows, self._economy, self._events = rows, economy, events
        self._twins: dict[tuple[str, str], list[tuple[Failure, Failure]]] = {}
        for row in rows:
            for second in row.twins:
                self._twins.setdefault((row.model, second.id), []).append((row.first, second))
        self.total = sum(len(one.asked) + len(one.alone) + len(one.apart) + len(one.twins) for one in rows)

    def groups(self) -> list[Pairs]:
        """Return what has to be asked, the largest groups first."""
        found: dict[object, list[Row]] = {}
        for row in self._rows:
            if row.asked:
                left = self._economy.stood[row.first.id]
                found.setdefault((left.state, left.approximate), []).append(row)
        groups = (self._group(key, rows) for key, rows in found.items())
        return sorted(groups, key=lambda one: -len(one.wanted))

    def _group(self, key: object, rows: Sequence[Row]) -> Pairs:
        """Return a group. With what left the cluster as it was stands a None: what follows is as by itself."""
        stood, rest = self._economy.stood, self._economy.rest
        sides = stood[rows[0].first.id].sides
        firsts: list[tuple[Failure | None, Stood]] = [(None, rest)] if key == (rest.state, "") else []
        seconds = side_by_side({second.id: second for row in rows for second in row.asked}.values())
        place = {second.id: number for number, second in enumerate(seconds)}
        wanted: list[tuple[int, int]] = []
        for number, row in enumerate(rows, len(firsts)):
            firsts.append((row.first, replace(stood[row.first.id], sides=sides)))
            wanted += [(number, place[second.id]) for second in row.asked]
        return Pairs(tuple(firsts), seconds, tuple(wanted), self._events)

    def known(self) -> Iterator[Scenario]:
        """Yield the pairs whose outcome follows from single failures."""
        for row in self._rows:
            for second in row.alone:
                yield self._as(row.first, second, self._economy.alone[second.id])
            if row.apart:
                after = standing(self._economy.alone[row.first.id].impacts)
                for second in row.apart:
                    yield self._independent(row.first, second, after)

    def like(self, scenario: Scenario) -> Iterator[Scenario]:
        """Yield the pairs that have the outcome of one that was asked."""
        first, second = scenario.failures
        for one, other in self._twins.get((first, second), ()):
            yield self._as(one, other, scenario)

    def lost_with(self, id_: str) -> Iterator[str]:
        """Yield the ids of the pairs that would have the outcome of one that could not be asked."""
        first, _, second = id_.partition(" then ")
        yield from (pair_id(*pair) for pair in self._twins.get((first, second), ()))

    def _as(self, first: Failure, second: Failure, other: Scenario) -> Scenario:
        return replace(
            other,
            id=pair_id(first, second),
            failures=(first.id, second.id),
            words=f"{first.words}, then {second.words}",
            events=other.events if self._events else (),
            same_as=other.same_as or other.id,
            replay="",
            per_year=None,
            repair_s=None,
        )

    def _independent(self, first: Failure, second: Failure, after: tuple[Impact, ...]) -> Scenario:
        one = self._as(first, second, self._economy.alone[second.id])
        return replace(one, impacts=self._economy.apart(second, after), same_as="", approximate=INDEPENDENT)


def plan(
    singles: Sequence[Failure], seconds: Seconds, economy: Economy, asked: Wanted, *, events: bool = False
) -> Plan:
    """Return all pairs that are asked for. Nothing follows a partition that fencing did not end."""
    rows: list[Row] = []
    asking: dict[str, frozenset[str]] = {}
    for first in singles:
        if first.id not in economy.stood or economy.stood[first.id].situation.split:
            continue
        left = economy.stood[first.id]
        wanted = [one for one in seconds(left.situation, left.placement) if asked.is_pair(first.id, one.id)]
        row = _row(first, wanted, economy, asking.get(economy.model(first), frozenset()))
        asking[first.id] = frozenset(one.id for one in row.asked)
        rows.append(row)
    return Plan(rows, economy, events=events)


def _row(first: Failure, seconds: Sequence[Failure], economy: Economy, asking: frozenset[str]) -> Row:
    model, nothing, named = economy.model(first), economy.leaves_nothing(first), names(first)
    sorted_: dict[str, list[Failure]] = {"asked": [], "alone": [], "apart": [], "twins": []}
    for second in seconds:
        known = second.id in economy.alone
        if known and (not model or (nothing and not named & names(second))):
            sorted_["alone"].append(second)
        elif model != first.id and second.id in asking and not second.returned:
            sorted_["twins"].append(second)
        elif known and economy.is_apart(first, second):
            sorted_["apart"].append(second)
        else:
            sorted_["asked"].append(second)
    return Row(first, model=model, **{name: tuple(found) for name, found in sorted_.items()})
