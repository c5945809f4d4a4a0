"""Findings: what quorate has to say about a user's file or cluster, as values.

A finding is never raised. Findings are collected, sorted, shown together, and turned to JSON; the shape
follows the diagnostics of compilers: what, where with the line itself, why, and how to mend it. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs.

    ERROR: quorate will not build this (it cannot work, or it can lose data).
    WARNING: it works until the day it matters. INFO: worth knowing, changes no exit code.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: `line` and `column` count from 1; `text` is that line, `length` what to underline."""

    file: str
    line: int
    column: int
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem or remark.

    code: kebab-case, stable, names the rule ("single-link").
    summary: one line, without the place. why: what happens otherwise. fix: what to write or do.
    path: the keys that lead to the value in the cluster file, e.g. ("nodes", "n1", "links", 0).
    place: filled in from `path` by whoever holds the file's text. docs: the page the rule rests on.
    """

    code: str
    severity: Severity
    summary: str
    why: str
    fix: str
    path: tuple[str | int, ...] = ()
    place: Place | None = None
    docs: str = ""

    def at(self, place: Place | None) -> "Finding":
        """Return the same finding with its place known."""
        return replace(self, place=place)


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the heaviest severity among `findings`, or None if there is none."""
    order = list(Severity)
    return min((finding.severity for finding in findings), key=order.index, default=None)


def in_reading_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by place in the file, errors first on the same line, those without a place last."""
    order = list(Severity)

    def key(finding: Finding) -> tuple[int, int, int, int, str]:
        place = finding.place
        where = (0, place.line, place.column) if place else (1, 0, 0)
        return (*where, order.index(finding.severity), finding.code)

    return sorted(findings, key=key)
