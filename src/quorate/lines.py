"""Lines: a text by line and column, with whatever is secret in it masked. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from quorate.findings import Place

# What YAML's scanner counts as the end of a line (ruamel.yaml reader.forward)
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SHOWN = 400  # of a longer line, only this much (and what is underlined) is kept in a Place


class Span(NamedTuple):
    """A stretch of text; lines and columns count from 0, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


def rows(text: str) -> list[str]:
    """Return the lines of a text, numbered as `Lines` does it; str.splitlines() also breaks at a form feed."""
    return _BREAK.split(text)


def printable(text: str) -> str:
    """Return text that a terminal can be shown: control and other unprintable characters replaced, tabs kept."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text)


@dataclass(slots=True)
class Lines:
    """A file's name and text. `hide` marks a span as secret; every place made afterwards shows asterisks there."""

    file: str
    text: str
    _lines: list[str] = field(init=False)
    _hidden: set[Span] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._lines = rows(self.text)

    def hide(self, span: Span) -> None:
        """Keep what stands in `span` out of every Place."""
        self._hidden.add(span)

    def place(self, span: Span) -> Place:
        """Return the place of a span: its first line, and as much of it as stands on that line."""
        number = min(span.line, len(self._lines) - 1)
        line = self._lines[number]
        column = min(span.column, len(line))
        end = span.end_column if span.end_line == span.line else len(line.rstrip())
        length = max(1, min(end, len(line)) - column)
        shown = self._masked(number)[: max(_SHOWN, min(column + length, 2 * _SHOWN))]
        return Place(self.file, number + 1, column + 1, length, printable(shown))

    def between(self, span: Span) -> str:
        """Return the text of a span that stands on one line."""
        return self._lines[span.line][span.column : span.end_column] if span.line < len(self._lines) else ""

    def end(self) -> Span:
        """Return the span of the last character."""
        last = len(self._lines) - 1
        column = len(self._lines[last])
        return Span(last, max(0, column - 1), last, column)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def forget(self) -> None:
        """Take back everything that was hidden."""
        self._hidden.clear()

    def _masked(self, number: int) -> str:
        line = self._lines[number]
        for span in self._hidden:
            if span.line <= number <= span.end_line:
                start = span.column if number == span.line else len(line) - len(line.lstrip())
                end = min(span.end_column, len(line)) if number == span.end_line else len(line)
                line = line[:start] + "*" * max(0, end - start) + line[end:]
        return line
