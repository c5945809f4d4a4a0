"""Answer: what the questions of answers/ have in common: which scenarios count, the evidence of a bad answer. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from quorate.explore.result import Exploration, Impact, Scenario, State
from quorate.explore.subject import Subject
from quorate.findings import Finding, Severity

BAD = frozenset({State.DOWN, State.TWO_COPIES})
EVERYWHERE = "resource-failed-everywhere"
"""The kind of failure against which no cluster helps: it is counted, and no finding."""

YEAR_S = 365.25 * 24 * 3600
THEN = " then "
"""Joins the ids of failures that come one after the other in a scenario's id."""

SHOWN = 6
"""Services that a finding names."""

Path = tuple[str | int, ...]


class Question(Protocol):
    """A module of answers/. Its result is a frozen dataclass of plain values, and goes to JSON as it is."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - modules keep this protocol, and theirs is a constant
        """What it answers, for a heading."""

    @property
    def FINDS(self) -> Mapping[str, str]:  # noqa: N802
        """The codes of its findings, each with what it says."""

    def answer(self, exploration: Exploration, subject: Subject) -> Any:
        """Return the answer."""

    def findings(self, result: Any) -> Iterable[Finding]:
        """Return its bad parts as findings; their place is still to be filled in from `path`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What to change. fix: a sentence without its end. path: the keys in the cluster file where that is done."""

    fix: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A scenario that makes an answer bad.

    scenario: its id; words: its failures. services: those it concerns. why, until: as in Impact, of the first of them.
    fix: what to change, path: where in the cluster file. replay: the command line that asks crm_simulate the same.
    """

    scenario: str
    words: str
    services: tuple[str, ...]
    why: str
    until: str
    fix: str
    path: Path = ()
    replay: str = ""
    approximate: str = ""


def evidence(scenario: Scenario, impacts: Iterable[Impact], change: Change) -> Evidence:
    """Return a scenario as the evidence of what it does to some services, at least one."""
    concerned = tuple(impacts)
    return Evidence(
        scenario=scenario.id,
        words=scenario.words,
        services=tuple(impact.service for impact in concerned),
        why=concerned[0].why,
        until=concerned[0].until,
        fix=change.fix,
        path=change.path,
        replay=scenario.replay,
        approximate=scenario.approximate,
    )


def kind(failure: str) -> str:
    """Return the kind of a failure by its id."""
    return failure.partition(":")[0]


def faults(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of what fails in a scenario: its failures without those that take another one back."""
    return tuple(one for one in scenario.failures if "returned" not in kind(one))


def is_at_once(scenario: Scenario) -> bool:
    """Whether its failures come all at the same moment, and are more than one."""
    return len(scenario.failures) > 1 and scenario.id != THEN.join(scenario.failures)


def with_faults(exploration: Exploration, count: int) -> Iterator[Scenario]:
    """Yield the scenarios in which so many things fail, the shortest first."""
    found = [scenario for scenario in exploration.scenarios if len(faults(scenario)) == count]
    yield from sorted(found, key=lambda scenario: len(scenario.failures))


def together(found: Iterable[Evidence], code: str, said: str, why: str) -> Iterator[Finding]:
    """Yield a warning for each change that would help, with the first of the scenarios that it would help against.

    said: what the scenario does, with {services} and {words} in it. why: what happens otherwise.
    """
    by_change: dict[tuple[str, Path], list[Evidence]] = {}
    for one in found:
        by_change.setdefault((one.fix, one.path), []).append(one)
    for (fix, path), several in by_change.items():
        first, more = several[0], len(several) - 1
        words = f"{first.words} (and {more} more)" if more else first.words
        services = list(dict.fromkeys(service for one in several for service in one.services))
        shown = services if len(services) <= SHOWN else [*services[: SHOWN - 1], f"{len(services) - SHOWN + 1} more"]
        summary = said.format(services=listed(shown), words=words)
        reason = f"{first.why}; {why}" if first.why else why
        yield Finding(code, Severity.WARNING, summary, reason, fix, path)


def listed(names: Iterable[str], word: str = "and") -> str:
    """Return names for a sentence: "n1", "n1 and n2", "n1, n2 and n3"."""
    *most, last = list(names) or [""]
    return f"{', '.join(most)} {word} {last}" if most else last


def length(seconds: float) -> str:
    """Return a duration for a sentence: "0.4 s", "12 s", "3 min 20 s", "8.2 h"."""
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{seconds / 3600:.1f} h"
