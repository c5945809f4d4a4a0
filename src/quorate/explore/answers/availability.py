"""Expected availability of each service in a year, from the rates of failures and what each failure does. Pure.

A failure that interrupts a service costs its rate times the interruption, and once more what its return interrupts.
One that takes it down costs its rate times its time to repair, for until then nothing brings it back; so does one that
lets two nodes run it, for somebody has to stop both. Two failures of which neither alone would be enough cost the
product of their rates and of their times to repair: one comes while the other is not mended, and the service is away
while neither is (pairs are explored with depth 2 only).

A first-order estimate: other overlaps, three failures, and two in the very same moment are left out, which is right as
long as each part is well for far more of the year than not. What has no rate (a choice of the operator) is named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.explore.advice import advice
from quorate.explore.answer import (
    BAD,
    YEAR_S,
    Change,
    Evidence,
    Path,
    evidence,
    faults,
    is_at_once,
    kind,
    length,
    listed,
    with_faults,
)
from quorate.explore.answers.cut_sets import bad_alone, bad_pairs
from quorate.explore.durations import weakest
from quorate.explore.result import Basis, Exploration, Impact, Scenario, State
from quorate.explore.shortening import shortening
from quorate.explore.subject import Rate, Subject
from quorate.findings import Finding, Severity

TITLE = "Expected availability in a year"
FINDS = {
    "availability-below-target": "a service is expected to be there for less of the year than targets.availability"
}
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Share:
    """What one failure, or a pair of them, contributes to a service's outage.

    per_year: how often it happens. outage_s: of each time. seconds: in a year. percent: of the whole outage. source:
    where the rate comes from.
    """

    failures: tuple[str, ...]
    per_year: float
    outage_s: float
    seconds: float
    percent: float
    source: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Expected:
    """Of a service. percent: of the year that it is there; outage_s: the rest, in seconds. shares: the largest first.

    basis: the weakest that any interruption in it rests on. meets: the target; None where there is none. certain: that
    holds however little of their time-outs the operations take that nobody has measured.
    """

    service: str
    percent: float
    outage_s: float
    basis: Basis
    meets: bool | None
    certain: bool
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Availability:
    """target: percent. without_rate: kinds of failures that are not counted. pairs: whether pairs are counted.

    complete: whether every failure was explored; else there may be less than is said.
    two_copies: services of which the outage counts the repair after two nodes may have run them, not the loss of data.
    """

    target: float | None
    expected: tuple[Expected, ...]
    without_rate: tuple[str, ...]
    pairs: bool
    complete: bool
    two_copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A contribution before the whole is known; as in Share. bound: outage_s is an upper bound."""

    failures: tuple[str, ...]
    per_year: float
    outage_s: float
    source: str
    evidence: Evidence
    bound: bool = False

    @property
    def seconds(self) -> float:
        return self.per_year * self.outage_s


def answer(exploration: Exploration, subject: Subject) -> Availability:
    """Return the expected availability of each service."""
    singles = list(with_faults(exploration, 1))
    alone = [one for one in singles if not _is_return(one)]
    rates = {one.id: rate for one in alone if (rate := _rate(one, subject)) is not None}
    twice = {i.service for one in alone if one.id in rates for i in one.impacts if i.state is State.TWO_COPIES}
    pairs = [one for one in bad_pairs(exploration, bad_alone(exploration)) if not is_at_once(one[0])]
    expected = []
    for name in exploration.services:
        parts = [*_of_singles(name, singles, subject, rates), *_of_pairs(name, pairs, subject, rates)]
        expected.append(_expected(name, parts, _weakest(name, singles, rates), exploration.availability_target))
    return Availability(
        target=exploration.availability_target,
        expected=tuple(expected),
        without_rate=tuple(sorted({kind(one.id) for one in alone if one.id not in rates})),
        pairs=exploration.depth > 1,
        complete=len(exploration.scenarios) == exploration.total,
        two_copies=tuple(name for name in exploration.services if name in twice),
    )


def _is_return(scenario: Scenario) -> bool:
    """Whether it is what follows when a failure is taken back."""
    return scenario.failures != faults(scenario)


def _rate(scenario: Scenario, subject: Subject) -> Rate | None:
    """Return how often a single failure happens; None where it has no rate."""
    if scenario.per_year is None:
        return None
    of_kind = subject.rates.get(kind(scenario.id))
    repair_s = scenario.repair_s if scenario.repair_s is not None else of_kind.repair_s if of_kind else 0.0
    return Rate(scenario.per_year, repair_s, of_kind.source if of_kind else "")


def _of_singles(service: str, singles: list[Scenario], subject: Subject, rates: Mapping[str, Rate]) -> Iterator[_Part]:
    """Yield what each failure alone contributes, and what its return does."""
    for scenario in singles:
        rate = rates.get(faults(scenario)[0])
        for impact in scenario.impacts:
            if rate is None or impact.service != service or (_is_return(scenario) and impact.state in BAD):
                continue
            outage_s, change = _outage_s(impact, rate, scenario, subject)
            shown = evidence(scenario, [impact], change)
            bound = impact.state not in BAD and _basis(impact) == "bound"
            yield _Part(scenario.failures, rate.per_year, outage_s, rate.source, shown, bound)


def _outage_s(impact: Impact, rate: Rate, scenario: Scenario, subject: Subject) -> tuple[float, Change]:
    """Return how long one failure keeps the service away, and what to change about that."""
    if impact.state in BAD:
        return rate.repair_s, advice(scenario.failures, impact, subject)
    return (impact.interruption.seconds if impact.interruption else 0.0), shortening(impact, subject)


def _of_pairs(
    service: str,
    pairs: list[tuple[Scenario, Impact, tuple[str, str]]],
    subject: Subject,
    rates: Mapping[str, Rate],
) -> Iterator[_Part]:
    """Yield what pairs contribute, each in the order in which it takes the service down.

    The second comes while the first is not mended: rate1 x repair1 x rate2 times a year. With repairs of those mean
    lengths, exponentially distributed, the sooner of the two is done after repair1 x repair2 / (repair1 + repair2).
    """
    seen: set[tuple[str, str]] = set()
    for scenario, impact, (first, second) in pairs:
        if impact.service != service or first not in rates or second not in rates or (first, second) in seen:
            continue
        seen.add((first, second))
        one, other = rates[first], rates[second]
        both_s = one.repair_s + other.repair_s
        yield _Part(
            (first, second),
            one.per_year * one.repair_s / YEAR_S * other.per_year,
            one.repair_s * other.repair_s / both_s if both_s else 0.0,
            "; ".join(dict.fromkeys((one.source, other.source))),
            evidence(scenario, [impact], advice((first, second), impact, subject)),
        )


def _basis(impact: Impact) -> Basis:
    return impact.interruption.basis if impact.interruption else "measured"


def _weakest(service: str, singles: list[Scenario], rates: Mapping[str, Rate]) -> Basis:
    """Return the weakest that an interruption which is counted rests on."""
    counted = (i for one in singles if faults(one)[0] in rates for i in one.impacts if i.service == service)
    return weakest([_basis(i) for i in counted if i.state not in BAD])


def _expected(service: str, parts: list[_Part], basis: Basis, target: float | None) -> Expected:
    """Put the contributions together; those of nothing are left out."""
    total_s = sum(part.seconds for part in parts)
    percent, best = _percent(total_s), _percent(sum(part.seconds for part in parts if not part.bound))
    shares = (
        Share(p.failures, p.per_year, p.outage_s, p.seconds, 100 * p.seconds / total_s, p.source, p.evidence)
        for p in sorted(parts, key=lambda part: -part.seconds)
        if p.seconds > 0
    )
    meets = None if target is None else percent >= target
    certain = target is None or meets is True or best < target
    return Expected(service, percent, total_s, basis, meets, certain, tuple(shares))


def _percent(away_s: float) -> float:
    return max(0.0, 100 * (1 - away_s / YEAR_S))


def findings(result: Availability) -> Iterator[Finding]:
    """Yield a warning for the services below the target, those together whose largest share one change would lessen.

    A remark where only the time-outs of operations that nobody has measured decide.
    """
    by_change: dict[tuple[str, Path, bool], list[Expected]] = {}
    for one in sorted(result.expected, key=lambda one: one.percent):
        if one.meets is False:
            largest = one.shares[0].evidence
            by_change.setdefault((largest.fix, largest.path, one.certain), []).append(one)
    for (fix, path, certain), several in by_change.items():
        first = several[0]
        largest_of = "; ".join(f"{s.percent:.0f} % of that: {s.evidence.words}" for s in first.shares[:SHOWN])
        there = f"{'' if certain else 'at least '}{shown_percent(first.percent)} of the year"
        away = f"{'' if certain else 'at most '}{length(first.outage_s)}"
        others = f", and so {'are' if len(several) > 2 else 'is'} {listed(o.service for o in several[1:])} or better"
        yield Finding(
            "availability-below-target",
            Severity.WARNING if certain else Severity.INFO,
            f"{first.service} is expected to be there {there}, and away for {away}"
            + (others if len(several) > 1 else ""),
            f"targets.availability promises {result.target:g} %; {largest_of}",
            fix,
            path or ("targets", "availability"),
        )


def shown_percent(percent: float) -> str:
    """Return an availability with as many decimals as show two digits of what is missing: "99.9987 %"."""
    away, digits = 100 - percent, 2
    while 0 < away < 10 ** (1 - digits) and digits < 9:
        digits += 1
    return f"{percent:.{digits}f} %"
