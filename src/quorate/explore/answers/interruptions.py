"""The worst interruption of each service, against the longest that the file allows (`targets.outage_s`). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.explore.answer import Evidence, Path, evidence, faults, length, listed
from quorate.explore.result import Basis, Exploration, Impact, Scenario
from quorate.explore.shortening import shortening
from quorate.explore.subject import Subject
from quorate.findings import Finding, Severity

TITLE = "The worst interruption of each service"
FINDS = {"outage-above-target": "a failure interrupts a service for longer than targets.outage_s"}
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
    """Yield a warning for the worst of each service, services that the same change would help together.

    Where time-outs stand in, as nobody has measured, it may be shorter than the target: a remark, beside the warning
    about the worst that is certain.
    """
    for bound in (False, True):
        above = [one for one in result.above_target if (one.basis == "bound") is bound]
        worst: dict[str, Interruption] = {}
        for one in above:
            worst.setdefault(one.service, one)
        by_change: dict[tuple[str, Path], list[Interruption]] = {}
        for one in worst.values():
            by_change.setdefault((one.evidence.fix, one.evidence.path), []).append(one)
        for several in by_change.values():
            services = {one.service for one in several}
            more = sum(one.service in services for one in above) - len(several)
            yield _finding(several, more, result.target_s or 0.0)


def _finding(several: list[Interruption], more: int, target_s: float) -> Finding:
    """Return one about interruptions of several services. more: how many others of theirs are above the target."""
    first = several[0]
    long = f"{length(first.seconds)} ({BASES[first.basis]})"
    others = f"; {more} {'others are' if more > 1 else 'other is'} longer, too" if more else ""
    return Finding(
        "outage-above-target",
        Severity.INFO if first.basis == "bound" else Severity.WARNING,
        f"{listed(one.service for one in several)} may be away for {long}: {first.evidence.words}",
        f"targets.outage_s promises {length(target_s)}{others}",
        first.evidence.fix,
        first.evidence.path or ("targets", "outage_s"),
    )
