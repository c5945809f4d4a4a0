"""Text of a corosync.conf -> a Configuration, and everything that is wrong with it. Pure.

Comes in: the file of Corosync 1 to 3, or what a guide prints of it. Goes out: all of it as a Configuration, and
findings with line and column: damage, names and values that no Corosync knows, and what outdated.py says of the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from quorate.dialect.corosync import outdated
from quorate.dialect.corosync.model import Configuration, Key, Section
from quorate.dialect.corosync.pieces import Piece, pieces
from quorate.dialect.corosync.values import checked
from quorate.dialect.corosync.vocabulary import FREE, SECTIONS, known, section_spelled, spelled
from quorate.dialect.text import Text
from quorate.findings import Finding, Severity
from quorate.lines import Lines, Span

_AS_COROSYNC_DOES = frozenset(("unknown-key", "unknown-section"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. findings: in reading order; with an error among them the configuration is not whole."""

    configuration: Configuration
    findings: tuple[Finding, ...]
    mended: bool = False  # something was read otherwise than Corosync itself would read it

    @property
    def whole(self) -> bool:
        """True if every line was read."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def read(text: str, file: str) -> Reading:
    """Read a corosync.conf, whatever its age."""
    source = Text(Lines(file, text))
    configuration = _Reader(source).read()
    mended = any(finding.code not in _AS_COROSYNC_DOES for finding in source.sorted())
    for severity, span, code, *words in outdated.found(configuration):
        source.say(severity, span or Span(0, 0, 0, 1), code, *words)
    return Reading(configuration, source.sorted(), mended)


@dataclass(slots=True)
class _Open:
    """A section that is not closed yet."""

    name: str
    span: Span
    comments: tuple[str, ...]
    items: list[Key | Section] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    source: Text
    items: list[Key | Section] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def read(self) -> Configuration:
        for piece in pieces(self.source):
            match piece.kind:
                case "comment":
                    self.comments.append(piece.name)
                case "open":
                    self._open(piece)
                case "close":
                    self._close(piece)
                case "key":
                    self._key(piece)
        while self.open:
            section = self.open[-1]
            self.source.say(Severity.ERROR, section.span, "missing-brace", f'"{section.name}" is never closed',
                            "Corosync refuses the file", "write } behind what belongs to it")  # fmt: skip
            self._end()
        return Configuration(tuple(self.items), self._taken())

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(section.name for section in self.open)

    def _taken(self) -> tuple[str, ...]:
        comments, self.comments = tuple(self.comments), []
        return comments

    def _end(self) -> None:
        section = self.open.pop()
        into = self.open[-1].items if self.open else self.items
        into.append(Section(section.name, tuple(section.items), section.comments, self._taken(), section.span))

    def _open(self, piece: Piece) -> None:
        name = section_spelled(self.path, piece.name)
        if (*self.path, name) not in SECTIONS and (outer := self._belongs(piece.name)) is not None:
            name = section_spelled(outer, piece.name)
            self.source.say(Severity.WARNING, piece.span, "missing-brace",
                            f'"{self.path[-1]}" is not closed before "{name}"; read as if it were',
                            f'no Corosync knows "{name}" within it', "write } before it")  # fmt: skip
            comments, self.comments = self.comments, []
            while self.path != outer:
                self._end()
            self.comments = comments
        if (*self.path, name) not in SECTIONS and piece.name and self.path not in FREE - {()}:
            self.source.say(Severity.WARNING, piece.span, "unknown-section",
                            f'no Corosync knows a section "{name}" here',
                            "Corosync keeps what it says and never looks at it", "see corosync.conf(5)")  # fmt: skip
        self._case(piece.span, piece.name, name)
        self.open.append(_Open(name, piece.span, self._taken()))

    def _belongs(self, name: str) -> tuple[str, ...] | None:
        """Return the nearest section around this one that a section of this name belongs to."""
        for depth in range(len(self.path) - 1, -1, -1):
            outer = self.path[:depth]
            if (*outer, section_spelled(outer, name)) in SECTIONS:
                return outer
        return None

    def _close(self, piece: Piece) -> None:
        if self.open:
            self._end()
            return
        self.source.say(Severity.ERROR, piece.span, "unexpected-brace", "there is no section to close here",
                        "Corosync refuses the file", "leave the brace out, or open the section")  # fmt: skip

    def _key(self, piece: Piece) -> None:
        name = spelled(self.path, piece.name)
        self._case(piece.span, piece.name, name)
        if self.path == ("totem",) and name == "key" and piece.value_span:
            self.source.hide(piece.value_span)
            self.source.mask(piece.value)
        takes = known(self.path, name)
        if takes is None:
            self._unknown(piece, name)
        value = checked(piece, name, takes, self.source) if takes else piece.value
        into = self.open[-1].items if self.open else self.items
        into.append(Key(name, value, self._taken(), piece.span, piece.value_span))

    def _unknown(self, piece: Piece, name: str) -> None:
        if self.path not in SECTIONS or self.path in FREE - {()}:
            return
        homes = list(_homes(name.lower()))
        fix = f"it belongs to {' or '.join(homes)}" if homes else "see corosync.conf(5)"
        here = f'in "{self.path[-1]}"' if self.path else "outside of a section"
        self.source.say(Severity.WARNING, piece.span, "unknown-key", f'no Corosync knows a key "{name}" {here}',
                        "Corosync keeps it and never looks at it", fix)  # fmt: skip

    def _case(self, span: Span, said: str, meant: str) -> None:
        if said != meant:
            self.source.say(Severity.WARNING, span, "wrong-case", f'"{said}" is spelled "{meant}"; read as that',
                            "Corosync does not know it in this case", f"write {meant}")  # fmt: skip


def _homes(name: str) -> Iterator[str]:
    """Yield the sections that know a key."""
    return (".".join(path) for path in SECTIONS if path and known(path, name))
