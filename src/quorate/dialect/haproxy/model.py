"""A haproxy.cfg as values: sections and keywords in their order, comments. Pure.

A section begins with one of a few words at the beginning of a line and goes on to the next; every other line is a
keyword of it. Arguments stay as they were written, for quotes and backslashes say whether a variable is replaced.
Equality is of what is written and its order, never of place in a file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from quorate.lines import Span

_WORD = re.compile(r"""(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+""")


@dataclass(frozen=True, slots=True)
class Keyword:
    """One line: its first word, and the rest as it was written. comments: those before it, and the one behind it."""

    name: str
    text: str = ""
    comments: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments, without their quotes and backslashes."""
        return tuple(_bare(word) for word in _WORD.findall(self.text))


@dataclass(frozen=True, slots=True)
class Section:
    """`kind name rest` and the keywords behind it: frontend web, listen galera 10.0.0.1:3306, defaults."""

    kind: str
    text: str = ""
    keywords: tuple[Keyword, ...] = ()
    comments: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its name, "" where it has none."""
        words = Keyword(self.kind, self.text).words
        return words[0] if words else ""

    def all(self, *names: str) -> Iterator[Keyword]:
        """Yield the keywords that begin with these words, such as "option", "httpclose"."""
        return (one for one in self.keywords if (one.name, *one.words)[: len(names)] == names)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole file. stray: keywords before the first section, which HAProxy refuses."""

    sections: tuple[Section, ...] = ()
    stray: tuple[Keyword, ...] = ()
    last_comments: tuple[str, ...] = ()


def _bare(word: str) -> str:
    def part(match: "re.Match[str]") -> str:
        text = match[0]
        if text[0] == "'":
            return text[1:-1]
        if text[0] == '"':
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        return text[1:]

    return re.sub(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", part, word)
