"""Text of a drbd.conf -> words, quoted strings, braces, semicolons and comments, each with its place. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from quorate.dialect.text import Text
from quorate.findings import Severity
from quorate.lines import Span

_BLANK = re.compile("[\\s\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff\u200b]+")
_WORD = re.compile('[^\\s{};#"“”„\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff\u200b]+')
_QUOTED = re.compile(r'"([^"]*)"')
_TYPOGRAPHIC = re.compile(r"[“”„]([^“”„\"]*)[“”„\"]")


@dataclass(frozen=True, slots=True)
class Token:
    """kind: "word", "mark" for one of { } ;, or "comment". is_quoted: a word that stood in quotes."""

    kind: Literal["word", "mark", "comment"]
    text: str
    span: Span
    is_quoted: bool = False


def tokens(source: Text) -> Iterator[Token]:
    """Yield the tokens of a text, in order."""
    for number, line in enumerate(source.lines):
        at = 0
        while at < len(line):
            if match := _BLANK.match(line, at):
                at = match.end()
                continue
            token = _token(line, number, at, source)
            at = token.span.end_column
            yield token


def _token(line: str, number: int, at: int, source: Text) -> Token:
    def span(end: int) -> Span:
        return Span(number, at, number, end)

    if line[at] in "{};":
        return Token("mark", line[at], span(at + 1))
    if line[at] == "#":
        return Token("comment", line[at:].rstrip(), span(len(line)))
    if match := _QUOTED.match(line, at):
        return Token("word", match[1], span(match.end()), is_quoted=True)
    if match := _TYPOGRAPHIC.match(line, at):
        source.say(Severity.WARNING, span(match.end()), "typographic-quotes",
                   "these are quotes of a word processor; read as plain ones",
                   "drbdadm takes them for part of the value", "write plain quotes")  # fmt: skip
        return Token("word", match[1], span(match.end()), is_quoted=True)
    if match := _WORD.match(line, at):
        return Token("word", match[0], span(match.end()))
    source.say(Severity.ERROR, span(len(line)), "unclosed-quote", "a quote is opened here and never closed on its line",
               "drbdadm refuses the file", "close the quote")  # fmt: skip
    return Token("word", line[at + 1 :].rstrip(), span(len(line)), is_quoted=True)
