"""The worst interruption of each service, against the longest that the file allows (`targets.outage_s`). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.explore.answer import Evidence, evidence, faults, length, listed
from quorate.explore.result import Basis, Exploration, Impact, Scenario
from quorate.explore.shortening import shortening
from quorate.explore.subject import Subject
from quorate.findings import Finding, Severity

TITLE = "The worst interruption of each service"
BASES: dict[Basis, str] = {
    "measured": "measured",
    "default": "by the catalog's defaults",
    "bound": "at most, with time-outs where nobody has measured",
}


@dataclass(frozen=True, slots=True)
class Interruption:
    """The longest interruption of a service from which it comes back by itself; failures: how many it takes."""

    service: str
    seconds: float
    basis: Basis
    failures: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Interruptions:
    """worst: by service, of one failure and of two, where there is any. above_target: of one failure, longest first."""

    target_s: float | None
    worst: tuple[Interruption, ...]
    above_target: tuple[Interruption, ...]


def answer(exploration: Exploration, subject: Subject) -> Interruptions:
    """Return the worst, and what is above the target; the longest first."""
    found: dict[tuple[str, int], list[tuple[float, Scenario, Impact]]] = {}
    for scenario in exploration.scenarios:
        for impact in scenario.impacts:
            if impact.interruption is not None:
                key = (impact.service, len(faults(scenario)))
                found.setdefault(key, []).append((impact.interruption.seconds, scenario, impact))
    target_s = exploration.outage_target_s
    worst = [
        _interruption(*max(found[service, count], key=lambda one: one[0]), subject)
        for service in exploration.services
        for count in (1, 2)
        if (service, count) in found
    ]
    above = [
        _interruption(*one, subject)
        for (_, count), several in found.items()
        for one in several
        if count == 1 and target_s is not None and one[0] > target_s
    ]
    return Interruptions(target_s, tuple(worst), tuple(sorted(above, key=lambda one: -one.seconds)))


def _interruption(seconds: float, scenario: Scenario, impact: Impact, subject: Subject) -> Interruption:
    assert impact.interruption is not None
    shown = evidence(scenario, [impact], shortening(impact, subject))
    return Interruption(impact.service, seconds, impact.interruption.basis, len(faults(scenario)), shown)


def findings(result: Interruptions) -> Iterator[Finding]:
    """Yield a warning for each change that would help, with the longest interruption of those it would shorten.

    Where the length rests on a time-out, as nobody has measured, it is a remark: it may be shorter than the target.
    """
    if result.target_s is None:
        return
    by_change: dict[tuple[str, tuple[str | int, ...]], list[Interruption]] = {}
    for one in result.above_target:
        by_change.setdefault((one.evidence.fix, one.evidence.path), []).append(one)
    for (fix, path), several in by_change.items():
        first = several[0]
        services = listed(dict.fromkeys(one.service for one in several))
        yield Finding(
            "outage-above-target",
            Severity.INFO if first.basis == "bound" else Severity.WARNING,
            f"{services} may be away for {length(first.seconds)} ({BASES[first.basis]}): {first.evidence.words}",
            f"targets.outage_s promises {length(result.target_s)}",
            fix,
            path or ("targets", "outage_s"),
        )
