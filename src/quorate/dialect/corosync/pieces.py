"""Text -> what its lines open, close, set and remark, each with its place; typing damage found by name. Pure.

Corosync takes a line for one thing only: with a `{` for a section, with a `:` for a key, else for a `}`; a # makes a
comment only where it begins the line (coroparse.c of 3.1.7). Guides put comments behind values, lose line breaks, and
let word processors put their own characters in. What such a line means is certain where names of Corosync's own tell.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from quorate.dialect.corosync.vocabulary import KEYS, NAMES, SECTIONS, Known, is_link_address
from quorate.dialect.text import Text
from quorate.findings import Severity
from quorate.lines import Span

LINE_MAX = 510  # bytes of a line that coroparse.c reads, without its end

_ODD_BLANKS = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff\u200b"
_WIDE = {"：": ":", "｛": "{", "｝": "}", "＃": "#"}
_COMMENT = re.compile(r"(?<=[\s{}])#")
_WHOLE_COMMENT = re.compile(rf"[\s{_ODD_BLANKS}]*#")
_OPEN = re.compile(r"\s*([\w.-]*)\s*\{")
_CLOSE = re.compile(r"\s*\}")
_KEY = re.compile(r"\s*([^\s:{}=]+)\s*:\s*")
_EQUALS = re.compile(r"\s*([A-Za-z]\w*)\s*=\s*(\S.*)")
_BARE = re.compile(r"\s*([A-Za-z]\w*)\s+(\S+)\s*")
_NAMES = "|".join(sorted(NAMES, key=len, reverse=True))
_KEYS = "|".join([*sorted(KEYS, key=len, reverse=True), r"ring\d_addr"])
_NEXT = re.compile(rf"\s+(?=(?:{_KEYS})\s*:|(?:{_NAMES})\s*\{{)|\s*(?=\}}[\s}}]*$)", re.IGNORECASE)
_SECTION_IN_COMMENT = re.compile(rf"\b({_NAMES})\s*\{{", re.IGNORECASE)
_KEY_IN_COMMENT = re.compile(rf"\b({_KEYS})\s*:\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that the text says. span: of the name, or of the brace; value_span: of a key's value."""

    kind: Literal["comment", "open", "close", "key"]
    name: str
    span: Span
    value: str = ""
    value_span: Span | None = None


@dataclass(slots=True)
class _Line:
    """One line without its comment, each odd character replaced by the plain one."""

    body: str
    number: int
    source: Text
    at: int = 0

    def span(self, start: int, end: int) -> Span:
        return Span(self.number, start, self.number, max(end, start + 1))

    def found(self, match: "re.Match[str]", group: int = 0) -> Span:
        return self.span(*match.span(group))

    def say(self, severity: Severity, span: Span, code: str, *words: str) -> None:
        self.source.say(severity, span, code, *words)


def pieces(source: Text) -> Iterator[Piece]:
    """Yield what the lines of a text say, in order."""
    return _Pieces(source).read()


@dataclass(slots=True)
class _Pieces:
    source: Text
    waiting: tuple[str, Span] | None = None  # the name of a section whose brace must come on the next line
    found: list[Piece] = field(default_factory=list)

    def read(self) -> Iterator[Piece]:
        for number, raw in enumerate(self.source.lines):
            self.found = []
            self._line(number, raw)
            yield from self.found
        self._no_brace()

    def _line(self, number: int, raw: str) -> None:
        if len(raw.encode()) > LINE_MAX:
            self.source.say(Severity.WARNING, Span(number, 0, number, len(raw)), "line-too-long",
                            f"the line is longer than the {LINE_MAX} bytes that Corosync reads",
                            "Corosync refuses the file", "break it")  # fmt: skip
        plain = _plain(raw, number, self.source)
        start = len(plain) - len(plain.lstrip())
        if not plain.strip():
            return
        if plain[start] == "#":
            self._comment(raw, Span(number, start, number, len(raw.rstrip())))
            return
        line = _Line(plain, number, self.source)
        self._trailing_comment(line, raw)
        self._body(line)

    def _comment(self, raw: str, span: Span) -> None:
        said = raw.strip(" \t\r" + _ODD_BLANKS)
        sections, keys = _SECTION_IN_COMMENT.findall(said), _KEY_IN_COMMENT.findall(said)
        if sections and len(keys) > 1:
            listed = ", ".join(f"{key}: {value}" for key, value in keys)
            self.source.say(Severity.ERROR, span, "swallowed-by-comment",
                            f"the # makes a comment of the whole line, with what it says of {', '.join(sections)}",
                            f"all line breaks were lost, and what is comment and what is not cannot be told; "
                            f"recognised: {listed}",
                            "put each setting on a line of its own")  # fmt: skip
        self.found.append(Piece("comment", said, span))

    def _trailing_comment(self, line: _Line, raw: str) -> None:
        match = _COMMENT.search(line.body)
        if match is None:
            return
        span = line.span(match.start(), len(raw.rstrip()))
        does = (
            "refuses the line"
            if line.body[: match.start()].rstrip().endswith("{")
            else "takes it for part of the value"
        )
        line.say(Severity.WARNING, span, "trailing-comment", "a comment stands behind what it remarks on; read as one",
                 f"Corosync knows comments only at the beginning of a line, and {does}",
                 "put it on the line before")  # fmt: skip
        line.body = line.body[: match.start()]
        self._comment(raw[match.start() :], span)

    def _body(self, line: _Line) -> None:
        count = 0
        while line.body[line.at :].strip():
            start = line.at + len(line.body[line.at :]) - len(line.body[line.at :].lstrip())
            if count == 1:
                line.say(Severity.WARNING, line.span(start, len(line.body.rstrip())), "missing-line-break",
                         "this stands on a line with what is before it; read as on one of its own",
                         "Corosync takes a line for one thing only", "begin a new line here")  # fmt: skip
            count += 1
            if not self._next(line):
                return

    def _next(self, line: _Line) -> bool:
        """Take the next piece of a line; False where the rest cannot be told."""
        if match := _OPEN.match(line.body, line.at):
            self._opened(line, match)
            line.at = match.end()
            return True
        self._no_brace()
        if match := _CLOSE.match(line.body, line.at):
            self.found.append(Piece("close", "}", line.span(match.end() - 1, match.end())))
            line.at = match.end()
        elif match := _KEY.match(line.body, line.at):
            self._key(line, match)
        else:
            return self._damaged(line)
        return True

    def _opened(self, line: _Line, match: "re.Match[str]") -> None:
        brace = line.span(match.end() - 1, match.end())
        if match[1]:
            self._no_brace()
            self.found.append(Piece("open", match[1], line.found(match, 1)))
        elif self.waiting:
            name, span = self.waiting
            self.waiting = None
            line.say(Severity.WARNING, brace, "brace-on-next-line", f'the brace of "{name}" stands on the next line',
                     "Corosync refuses a brace without a name before it", f"write {name} {{")  # fmt: skip
            self.found.append(Piece("open", name, span))
        else:
            line.say(Severity.ERROR, brace, "section-without-name", "a section begins and has no name",
                     "Corosync refuses it", "write its name before the brace")  # fmt: skip
            self.found.append(Piece("open", "", brace))

    def _key(self, line: _Line, match: "re.Match[str]") -> None:
        end = len(line.body)
        if not match[1].startswith("exec_") and (following := _NEXT.search(line.body, match.end() - 1)):
            end = max(following.start(), match.end())
        self._set(line, line.found(match, 1), match.end(), end)

    def _set(self, line: _Line, name: Span, start: int, end: int) -> None:
        value = line.body[start:end].strip()
        span = line.span(start, start + len(value))
        self.found.append(Piece("key", line.body[name.column : name.end_column], name, value, span))
        line.at = end

    def _damaged(self, line: _Line) -> bool:
        """Read what is neither section nor key as what it must have been; False, with an error, if unknown."""
        for pattern, code, said in (
            (_EQUALS, "equals-sign", "an equals sign stands where a colon must"),
            (_BARE, "missing-colon", "the colon is missing"),
        ):
            match = pattern.fullmatch(line.body, line.at)
            if match and any(known.takes(match[2].strip()) for known in _known(match[1], code == "missing-colon")):
                line.say(Severity.WARNING, line.found(match), code, f'{said} behind "{match[1]}"',
                         "Corosync refuses the line", f"write {match[1].lower()}: {match[2].strip()}")  # fmt: skip
                self._set(line, line.found(match, 1), match.start(2), match.end(2))
                return True
        rest = line.body[line.at :]
        start = line.at + len(rest) - len(rest.lstrip())
        span = line.span(start, start + len(rest.strip()))
        if rest.strip().lower() in NAMES:
            self.waiting = (rest.strip(), span)
        else:
            line.say(Severity.ERROR, span, "unreadable-line", "this is neither a section, nor a key, nor a brace",
                     "Corosync refuses the file", "write `key: value`, or # before a comment")  # fmt: skip
        return False

    def _no_brace(self) -> None:
        """Say so if no brace followed the name of a section."""
        if not self.waiting:
            return
        name, span = self.waiting
        self.waiting = None
        self.source.say(Severity.ERROR, span, "unreadable-line", f'no brace follows "{name}"',
                        "Corosync refuses the file", f"write {name} {{, and }} behind what belongs to it")  # fmt: skip


def _known(name: str, is_strict: bool) -> list[Known]:
    """Return what a key of this name takes, wherever it stands. is_strict: without keys that take any text."""
    lower = name.lower()
    found = [keys[lower] for keys in SECTIONS.values() if lower in keys]
    if is_link_address(lower):
        found.append(Known())
    return [known for known in found if not is_strict or known.words or known.range]


def _plain(raw: str, number: int, source: Text) -> str:
    """Return a line with plain blanks, colons and braces; say where others stood outside of a comment."""
    match = _WHOLE_COMMENT.match(raw) or _COMMENT.search(raw)
    end = match.end() if match else len(raw)
    plain = list(raw)
    for at, char in enumerate(raw[:end]):
        if char in _WIDE:
            plain[at] = _WIDE[char]
            source.say(Severity.WARNING, Span(number, at, number, at + 1), "wide-character",
                       f'this is no plain "{_WIDE[char]}"; read as one', "Corosync does not know it",
                       f"write {_WIDE[char]}")  # fmt: skip
        elif char in _ODD_BLANKS:
            plain[at] = " "
            source.say(Severity.WARNING, Span(number, at, number, at + 1), "odd-blank",
                       "this blank is not a plain space; read as one", "Corosync takes it for part of a word",
                       "write a plain space")  # fmt: skip
    return "".join(plain)
