"""Text of the crm shell -> logical lines -> tokens, each with its place. Pure.

A logical line is a line with those that it is continued on (a backslash at the end); blanks at both ends of every line
go, as in crmsh. Words are those of a POSIX shell: quotes, and backslashes that keep the next character. Quotes and
blanks that word processors put there are taken for what they were, with a finding.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from quorate.dialect.text import Text
from quorate.findings import Severity
from quorate.lines import Span, rows
from quorate.secret_names import is_secret_key, secrets_within

_DOUBLE, _SINGLE = '"“”„‟″', "'‘’‚‛"
_ODD_BLANKS = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff\u200b"
_SHELL = re.compile(r"xml(\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Char:
    """One character of a text, at a line and column that count from 0."""

    char: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Token:
    """One word. text: without its quotes, each character with its place in `parts`.

    quoted: some of it was in quotes; bare: how many characters stand before the first quote.
    """

    text: str
    parts: tuple[Char, ...]
    line: int
    column: int
    end_line: int
    end_column: int
    quoted: bool = False
    bare: int = 0

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.line, self.column, self.end_line, self.end_column)


LogicalLine = list[Char]


@dataclass(frozen=True, slots=True)
class Segment:
    """A line, or the stretch of one that is to be read. joins: the statement goes on in the next, backslash or not."""

    text: str
    line: int
    column: int = 0
    joins: bool = False


def physical_lines(text: str) -> list[Segment]:
    """Return the lines of a text."""
    return [Segment(raw, number) for number, raw in enumerate(rows(text))]


def logical_lines(segments: Iterable[Segment]) -> Iterator[LogicalLine]:
    """Yield the logical lines that are not empty."""
    line: LogicalLine = []
    for segment in segments:
        kept = segment.text.strip(" \t\f\v" + _ODD_BLANKS)
        start = segment.column + (segment.text.find(kept) if kept else 0)
        bare = kept.rstrip("\\")
        line += [Char(char, segment.line, start + at) for at, char in enumerate(bare)]
        if kept.endswith("\\") or segment.joins:
            if segment.joins and bare:
                line.append(Char(" ", segment.line, start + len(bare)))
            continue
        line = _stripped(line)
        if line:
            yield line
        line = []
    line = _stripped(line)
    if line:
        yield line


def _stripped(line: LogicalLine) -> LogicalLine:
    while line and line[-1].char.isspace():
        line.pop()
    while line and line[0].char.isspace():
        line.pop(0)
    return line


def is_xml(line: LogicalLine) -> bool:
    """True for a statement whose rest is XML and not words."""
    return bool(_SHELL.match("".join(char.char for char in line[:5])))


def tokens(line: LogicalLine, text: Text) -> list[Token] | None:
    """Return the words of a logical line; None, with a finding, if a quote is never closed."""
    return _Lexer(line, text).read()


def hide_secrets(text: Text, tokens: list[Token]) -> None:
    """Keep the values of passwords out of every place, whatever blanks stand around their equals signs."""
    for number, token in enumerate(tokens):
        name, _, inside = token.text.partition("=")
        for secret in secrets_within(inside):
            text.mask(secret)
        if not is_secret_key(name.rpartition(":")[2]):
            continue
        said, behind = token.parts[len(name) :], tokens[number + 1 : number + 3]
        if not said and behind and behind[0].text.startswith("="):
            said = behind.pop(0).parts
        if not said:
            continue
        value = said[1:] or (behind[0].parts if behind else ())
        words = "".join(part.char for part in value)
        if words == "lrm://":  # a reference
            continue
        for part in value:
            text.hide(Span(part.line, part.column, part.line, part.column + 1))
        text.mask(words)


@dataclass(slots=True)
class _Lexer:
    line: LogicalLine
    text: Text
    at: int = 0
    words: list[Token] = field(default_factory=list)
    word: list[Char] = field(default_factory=list)
    first: Char | None = None
    quoted: int | None = None  # characters of the word before its first quote

    def read(self) -> list[Token] | None:
        while self.at < len(self.line):
            char = self.line[self.at]
            if char.char.isspace() or char.char in _ODD_BLANKS:
                self._end()
                if char.char in _ODD_BLANKS:
                    self._odd(char)
            elif char.char == "\\":
                self.first = self.first or char
                self.at += 1
                if self.at < len(self.line):
                    self.word.append(self.line[self.at])
            elif self._opens(char.char):
                if not self._quotation(char):
                    return None
            else:
                self.first = self.first or char
                self.word.append(char)
            self.at += 1
        self._end()
        return self.words

    def _opens(self, char: str) -> bool:
        """A plain quote opens anywhere; one of a word processor only where a word or a value begins."""
        if char in "\"'":
            return True
        return (char in _DOUBLE or char in _SINGLE) and (not self.word or self.word[-1].char in "=:")

    def _quotation(self, opening: Char) -> bool:
        kinds = _DOUBLE if opening.char in _DOUBLE else _SINGLE
        plain = opening.char in "\"'" and self._closes_at(opening.char) is not None
        closing = opening.char if plain else kinds
        self.first = self.first or opening
        self.quoted = len(self.word) if self.quoted is None else self.quoted
        at = self.at + 1
        while at < len(self.line) and self.line[at].char not in closing:
            if kinds == _DOUBLE and self.line[at].char == "\\" and self.line[at + 1 : at + 2]:
                if self.line[at + 1].char not in '"\\':
                    self.word.append(self.line[at])
                at += 1
            self.word.append(self.line[at])
            at += 1
        if at >= len(self.line):
            hide_secrets(self.text, [*self.words, _token(self.word, opening, self.line[-1], 0)])
            self._say(Severity.ERROR, opening, "unclosed-quote", "a quote is opened here and never closed",
                      "the rest of the statement cannot be told from the value", "close the quote")  # fmt: skip
            return False
        if not plain:
            self._say(Severity.WARNING, opening, "typographic-quotes",
                      "these are quotes of a word processor; read as plain ones",
                      "the crm shell takes them for part of the value", 'write "…" with plain quotes')  # fmt: skip
        self.at = at
        self._glued(self.line[at])
        return True

    def _closes_at(self, quote: str) -> int | None:
        return next((at for at in range(self.at + 1, len(self.line)) if self.line[at].char == quote), None)

    def _glued(self, closing: Char) -> None:
        """A word right behind a quoted value is a word of its own, when it is one that begins a part."""
        rest = "".join(char.char for char in self.line[self.at + 1 : self.at + 14])
        found = re.match(r"(params|meta|utilization|operations|op)(?=\s)", rest, re.IGNORECASE)
        if found:
            self._say(Severity.WARNING, self.line[self.at + 1], "missing-space",
                      f'a space is missing before "{found[0]}"; read as if it stood there',
                      "the crm shell takes the word for part of the value", f'write a space before "{found[0]}"',
                      length=len(found[0]))  # fmt: skip
            self._end(closing)

    def _end(self, last: Char | None = None) -> None:
        if self.first is not None:
            self.words.append(_token(self.word, self.first, last or self.line[self.at - 1], self.quoted))
        self.word, self.first, self.quoted = [], None, None

    def _odd(self, char: Char) -> None:
        self._say(Severity.WARNING, char, "odd-blank", "this blank is not a plain space; read as one",
                  "the crm shell takes it for part of a word", "write a plain space")  # fmt: skip

    def _say(self, severity: Severity, char: Char, code: str, *words: str, length: int = 1) -> None:
        self.text.say(severity, Span(char.line, char.column, char.line, char.column + length), code, *words)


def _token(word: list[Char], first: Char, last: Char, quoted: int | None) -> Token:
    text = "".join(char.char for char in word)
    bare = len(text) if quoted is None else quoted
    return Token(text, tuple(word), first.line, first.column, last.line, last.column + 1, quoted is not None, bare)
