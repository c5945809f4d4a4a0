"""Single points of failure: one failure takes a service down until somebody acts, or lets two nodes run it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.explore.advice import advice
from quorate.explore.answer import EVERYWHERE, Change, Evidence, evidence, faults, kind, together, with_faults
from quorate.explore.result import Exploration, Impact, Scenario, State
from quorate.explore.subject import Subject
from quorate.findings import Finding

TITLE = "Single points of failure"
FINDS = {
    "single-point-of-failure": "one failure is enough to take a service down until somebody acts",
    "two-copies-possible": "one failure is enough for two nodes to run a service at the same time",
}


@dataclass(frozen=True, slots=True)
class SinglePoints:
    """down, two_copies: what one failure is enough for. inherent: what takes a service down in any cluster."""

    down: tuple[Evidence, ...]
    two_copies: tuple[Evidence, ...]
    inherent: tuple[Evidence, ...]


def answer(exploration: Exploration, subject: Subject) -> SinglePoints:
    """Return them: for each failure the services that it takes down and that the same change would save."""
    found: dict[State, list[Evidence]] = {State.DOWN: [], State.TWO_COPIES: []}
    inherent: list[Evidence] = []
    known: set[tuple[str, str, State]] = set()  # what a failure does is not said again of its return
    for scenario in with_faults(exploration, 1):
        [failure] = faults(scenario)
        for state, several in found.items():
            new = [i for i in scenario.impacts if i.state is state and (failure, i.service, state) not in known]
            known |= {(failure, impact.service, state) for impact in new}
            into = inherent if kind(failure) == EVERYWHERE and state is State.DOWN else several
            into += _by_change(scenario, new, subject)
    return SinglePoints(tuple(found[State.DOWN]), tuple(found[State.TWO_COPIES]), tuple(inherent))


def _by_change(scenario: Scenario, impacts: list[Impact], subject: Subject) -> Iterator[Evidence]:
    """Yield the scenario once for each change that would help some of the services."""
    helped: dict[Change, list[Impact]] = {}
    for impact in impacts:
        helped.setdefault(advice(faults(scenario), impact, subject), []).append(impact)
    yield from (evidence(scenario, several, change) for change, several in helped.items())


def findings(result: SinglePoints) -> Iterator[Finding]:
    """Yield a warning for each change that would help."""
    yield from together(
        result.down,
        "single-point-of-failure",
        "one failure is enough to take {services} down: {words}",
        "nothing brings it back by itself",
    )
    yield from together(
        result.two_copies,
        "two-copies-possible",
        "one failure is enough for two nodes to run {services}: {words}",
        "two servers that write the same data destroy it",
    )
