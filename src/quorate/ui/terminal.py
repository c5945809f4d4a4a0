"""How findings and progress look on a terminal. Text out, nothing else; colours honour NO_COLOR."""

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import click

from quorate.findings import Finding, Severity, in_reading_order

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def finding_text(finding: Finding) -> str:
    """Return a finding as a block: severity and code, place, the line underlined, why, and what to do."""
    colour = COLOURS[finding.severity]
    lines = [f"{click.style(finding.severity.value, fg=colour, bold=True)}[{finding.code}]: {finding.summary}"]
    place = finding.place
    if place:
        margin = " " * len(str(place.line))
        # Tabs keep their width in the underline, so that the mark stands under the text on every terminal.
        lead = "".join("\t" if letter == "\t" else " " for letter in place.text[: place.column - 1])
        lines += [
            f"{margin}--> {place.file}:{place.line}:{place.column}",
            f"{margin} |",
            f"{place.line} | {place.text}",
            f"{margin} | {lead}{click.style('^' * max(1, place.length), fg=colour, bold=True)}",
        ]
    lines += [f"  why: {finding.why}", f"  fix: {finding.fix}"]
    if finding.docs:
        lines.append(f"  see: {finding.docs}")
    return "\n".join(lines)


def show_findings(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Print findings in reading order, a blank line between them."""
    for finding in in_reading_order(findings):
        click.echo(finding_text(finding) + "\n", err=err)


def count(findings: Iterable[Finding]) -> str:
    """Return "2 errors, 1 warning", leaving out what there is none of; "no findings" for none."""
    found = list(findings)
    words = []
    for severity in Severity:
        number = sum(1 for finding in found if finding.severity is severity)
        if number:
            plural = "" if number == 1 or severity is Severity.INFO else "s"
            words.append(f"{number} {severity.value}{plural}")
    return ", ".join(words) or "no findings"


def show_json(value: Any) -> None:
    """Print `value` as JSON; dataclasses, enums and tuples are taken apart."""
    click.echo(json.dumps(value, default=as_json, indent=2, ensure_ascii=False))


def as_json(value: Any) -> Any:
    """Turn what json does not know into what it does; everything of the field has a natural text form."""
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


class Progress:
    """Notes on stderr, each with the seconds since the start; stdout stays clean for results."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.started = time.monotonic()
        self.quiet = quiet

    def __call__(self, words: str) -> None:
        """Print one note."""
        if not self.quiet:
            elapsed = time.monotonic() - self.started
            click.echo(f"{click.style(f'{elapsed:6.1f}s', dim=True)}  {words}", err=True)
            sys.stderr.flush()
