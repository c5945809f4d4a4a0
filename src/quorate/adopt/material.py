"""Material: what the inputs say, whatever language they say it in. Pure data."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import TypeVar

from quorate.adopt.account import Account
from quorate.adopt.sorting import Surroundings
from quorate.dialect.corosync.model import Configuration as CorosyncConf
from quorate.dialect.crm.references import identity
from quorate.dialect.model import Statement
from quorate.findings import Finding, Place, Severity
from quorate.lines import Lines, Span

Kind = TypeVar("Kind", bound=Statement)


@dataclass(frozen=True, slots=True)
class Held:
    """A statement and where it came from. lines: those it stands on, counted from 1. place: for findings about it."""

    statement: Statement
    file: str
    lines: tuple[int, ...]
    place: Place

    @property
    def what(self) -> str:
        """The statement's word and name, as the account calls it."""
        item = self.statement
        kind = "rsc_template" if getattr(item, "is_template", False) else type(item).__name__.lower()
        return f"{kind} {identity(item) or getattr(item, 'id', '') or ''}".strip()


@dataclass(frozen=True, slots=True)
class Disk:
    """What a drbd.conf says of one node of a resource. address: without its port."""

    resource: str
    node: str
    disk: str
    address: str


@dataclass(slots=True)
class Material:
    """All that was read. corosync: one for each file, with its name. sources: the texts by name."""

    held: list[Held] = field(default_factory=list)
    corosync: list[tuple[CorosyncConf, str]] = field(default_factory=list)
    disks: list[Disk] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    sources: dict[str, Lines] = field(default_factory=dict)
    around: Surroundings = field(default_factory=Surroundings)

    def statements(self, kind: type[Kind]) -> Iterator[Kind]:
        """Yield the statements of one kind."""
        return (held.statement for held in self.held if isinstance(held.statement, kind))

    def say(self, severity: Severity, place: Place | None, code: str, *words: str) -> None:
        """Note a finding; words: summary, why, fix."""
        summary, why, fix = words
        self.findings.append(Finding(code, severity, summary, why, fix, place=place))

    def hide(self, held: Held, secret: str) -> None:
        """Keep a secret of a statement out of every place; if it is not seen in its lines, keep all of them out."""
        spans = []
        rows = list(self.sources[held.file])
        for number in held.lines:
            row = rows[number - 1]
            for spelled in {secret, escape(secret, quote=True)}:
                spans += [Span(number - 1, at, number - 1, at + len(spelled)) for at in _all(row, spelled)]
        for span in spans or [Span(number - 1, 0, number - 1, len(rows[number - 1])) for number in held.lines]:
            self.sources[held.file].hide(span)

    def masked(self, finding: Finding) -> Finding:
        """Return a finding whose place shows nothing that its reader hid, and nothing that was hidden later."""
        place = finding.place
        if place is None or place.file not in self.sources:
            return finding
        start = place.column - 1
        span = Span(place.line - 1, start, place.line - 1, start + place.length)
        now = self.sources[place.file].place(span)
        if not place.text:  # a line that its reader was not given
            return finding.at(now)
        text = "".join("*" if "*" in pair else pair[0] for pair in zip(place.text, now.text, strict=False))
        return finding.at(replace(now, text=text))

    def row(self, file: str, line: int) -> str:
        """Return a line, counted from 1, as it may be shown: without what is hidden, and without blanks around it."""
        return self.place(file, line).text.strip()

    def place(self, file: str, line: int) -> Place:
        """Return the place of a line, counted from 1."""
        lines = self.sources[file]
        row = next((text for number, text in enumerate(lines, 1) if number == line), "")
        start = len(row) - len(row.lstrip())
        return lines.place(Span(line - 1, start, line - 1, max(start + 1, len(row.rstrip()))))


def _all(row: str, word: str) -> Iterator[int]:
    """Yield every column at which a word stands."""
    at = row.find(word)
    while at >= 0:
        yield at
        at = row.find(word, at + len(word))
