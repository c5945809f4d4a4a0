"""Minimal cut sets of two: pairs of failures that take a service down though neither alone does. Pure.

A pair counts once, whichever of the two comes first, and when both come at once; the first that was found is shown, one
after the other where that is enough. Pairs are explored with depth 2 only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from quorate.explore.advice import advice
from quorate.explore.answer import BAD, YEAR_S, Evidence, Path, evidence, faults, is_at_once, together, with_faults
from quorate.explore.result import Exploration, Impact, Scenario, State
from quorate.explore.subject import Subject
from quorate.findings import Finding

TITLE = "Pairs of failures that take a service down though neither alone does"
FINDS = {"two-copies-possible": "two failures are enough for two nodes to run a service at the same time"}


@dataclass(frozen=True, slots=True)
class CutSet:
    """Two failures, and what they do to one service. both_orders: whichever comes first, it is the same.

    likelihood: of both being there at a time, by their rates and repairs; 0 where one of them has no rate, or where the
    two have to come at once (at_once).
    """

    service: str
    state: State
    failures: tuple[str, str]
    evidence: Evidence
    both_orders: bool
    likelihood: float
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Cut sets that the same change would lessen. count: of pairs; services: those concerned. likeliest: an example."""

    fix: str
    path: Path
    count: int
    services: tuple[str, ...]
    likeliest: CutSet


@dataclass(frozen=True, slots=True)
class CutSets:
    """explored: whether pairs were looked at at all. complete: whether all of them were. groups: the largest first."""

    explored: bool
    complete: bool
    sets: tuple[CutSet, ...]
    groups: tuple[Group, ...]


def answer(exploration: Exploration, subject: Subject) -> CutSets:
    """Return the minimal cut sets, in the order of the services."""
    alone = bad_alone(exploration)
    found: dict[tuple[str, frozenset[str]], list[tuple[Scenario, Impact]]] = {}
    for scenario, impact, pair in bad_pairs(exploration, alone):
        found.setdefault((impact.service, frozenset(pair)), []).append((scenario, impact))
    away = {scenario.id: _share_away(scenario) for scenario in exploration.scenarios if len(scenario.failures) == 1}
    order = {name: place for place, name in enumerate(exploration.services)}
    sets = sorted(
        (_cut_set(several, away, subject) for several in found.values()),
        key=lambda one: (order.get(one.service, len(order)), -one.likelihood),
    )
    return CutSets(
        explored=exploration.depth > 1,
        complete=exploration.depth > 1 and len(exploration.scenarios) == exploration.total,
        sets=tuple(sets),
        groups=tuple(_groups(sets)),
    )


def _share_away(failure: Scenario) -> float:
    """Return the share of the year in which a failure is there and not mended yet; 0 where it has no rate."""
    return (failure.per_year or 0.0) * (failure.repair_s or 0.0) / YEAR_S


def _groups(sets: Iterable[CutSet]) -> list[Group]:
    by_change: dict[tuple[str, Path], list[CutSet]] = {}
    for one in sets:
        by_change.setdefault((one.evidence.fix, one.evidence.path), []).append(one)
    groups = [
        Group(
            fix,
            path,
            len({frozenset(one.failures) for one in several}),
            tuple(dict.fromkeys(one.service for one in several)),
            max(several, key=lambda one: one.likelihood),
        )
        for (fix, path), several in by_change.items()
    ]
    return sorted(groups, key=lambda group: -group.count)


def bad_alone(exploration: Exploration) -> frozenset[tuple[str, str]]:
    """Return (failure, service) of all that one failure is enough for."""
    return frozenset(
        (faults(scenario)[0], impact.service)
        for scenario in with_faults(exploration, 1)
        for impact in scenario.impacts
        if impact.state in BAD
    )


def bad_pairs(
    exploration: Exploration, alone: frozenset[tuple[str, str]]
) -> Iterator[tuple[Scenario, Impact, tuple[str, str]]]:
    """Yield the impacts of two failures, neither of which would have been enough."""
    bad: dict[int, tuple[Impact, ...]] = {}  # thousands of scenarios share a few hundred rows of impacts
    for scenario in with_faults(exploration, 2):
        first, second = faults(scenario)
        row = id(scenario.impacts)
        if row not in bad:
            bad[row] = tuple(impact for impact in scenario.impacts if impact.state in BAD)
        for impact in bad[row]:
            if not alone & {(first, impact.service), (second, impact.service)}:
                yield scenario, impact, (first, second)


def _cut_set(several: list[tuple[Scenario, Impact]], away: Mapping[str, float], subject: Subject) -> CutSet:
    scenario, impact = min(several, key=lambda one: is_at_once(one[0]))
    first, second = faults(scenario)
    orders = {faults(one) for one, _ in several if not is_at_once(one)}
    return CutSet(
        service=impact.service,
        state=max((one.state for _, one in several), key=list(State).index),
        failures=(first, second),
        evidence=evidence(scenario, [impact], advice([first, second], impact, subject)),
        both_orders=orders >= {(first, second), (second, first)},
        likelihood=away.get(first, 0.0) * away.get(second, 0.0) if orders else 0.0,
        at_once=not orders,
    )


def findings(result: CutSets) -> Iterator[Finding]:
    """Yield a warning for pairs that let two nodes run a service; that two failures take one down is no defect."""
    yield from together(
        (one.evidence for one in result.sets if one.state is State.TWO_COPIES),
        "two-copies-possible",
        "two failures let two nodes run {services}: {words}",
        "two servers that write the same data destroy it",
    )
