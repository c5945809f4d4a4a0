"""Minimal cut sets of two: pairs of failures that take a service down though neither alone does. Pure.

A pair counts once, whichever of the two comes first; the order that is shown is the one with the shorter scenario, and
where both are equal the first. Pairs are explored with depth 2 only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.explore.advice import advice
from quorate.explore.answer import BAD, Evidence, evidence, faults, together, with_faults
from quorate.explore.result import Exploration, Impact, Scenario, State
from quorate.explore.subject import Subject
from quorate.findings import Finding

TITLE = "Pairs of failures that take a service down though neither alone does"


@dataclass(frozen=True, slots=True)
class CutSet:
    """Two failures, and what they do to one service. both_orders: whichever comes first, it is the same."""

    service: str
    state: State
    failures: tuple[str, str]
    evidence: Evidence
    both_orders: bool


@dataclass(frozen=True, slots=True)
class CutSets:
    """explored: whether pairs were looked at at all. complete: whether all of them were."""

    explored: bool
    complete: bool
    sets: tuple[CutSet, ...]


def answer(exploration: Exploration, subject: Subject) -> CutSets:
    """Return the minimal cut sets, in the order of the services."""
    alone = bad_alone(exploration)
    found: dict[tuple[str, frozenset[str]], list[tuple[Scenario, Impact]]] = {}
    for scenario, impact, pair in bad_pairs(exploration, alone):
        found.setdefault((impact.service, frozenset(pair)), []).append((scenario, impact))
    sets = [_cut_set(several, subject) for several in found.values()]
    order = {name: place for place, name in enumerate(exploration.services)}
    return CutSets(
        explored=exploration.depth > 1,
        complete=exploration.depth > 1 and len(exploration.scenarios) == exploration.total,
        sets=tuple(sorted(sets, key=lambda one: order.get(one.service, len(order)))),
    )


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
    for scenario in with_faults(exploration, 2):
        first, second = faults(scenario)
        for impact in scenario.impacts:
            if impact.state in BAD and not alone & {(first, impact.service), (second, impact.service)}:
                yield scenario, impact, (first, second)


def _cut_set(several: list[tuple[Scenario, Impact]], subject: Subject) -> CutSet:
    scenario, impact = several[0]
    first, second = faults(scenario)
    return CutSet(
        service=impact.service,
        state=max((one.state for _, one in several), key=list(State).index),
        failures=(first, second),
        evidence=evidence(scenario, [impact], advice([first, second], impact, subject)),
        both_orders={faults(one) for one, _ in several} >= {(first, second), (second, first)},
    )


def findings(result: CutSets) -> Iterator[Finding]:
    """Yield a warning for pairs that let two nodes run a service; that two failures take one down is no defect."""
    yield from together(
        (one.evidence for one in result.sets if one.state is State.TWO_COPIES),
        "two-copies-possible",
        "two failures let two nodes run {services}: {words}",
        "two servers that write the same data destroy it",
    )
