"""A drbd.conf, or a file of drbd.d, as values that lose nothing but the layout. Pure.

Everything is a statement, `name value ...;`, or a section, `name argument ... { }` (drbd.conf(5)). Quotes around a
value mean nothing to drbdadm and are not kept. Equality is of what is written and its order, never of place in a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from quorate.lines import Span


@dataclass(frozen=True, slots=True)
class Statement:
    """`name value ...;`. comments: the lines of comment before it, and what stands behind it on its line."""

    name: str
    values: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def value(self) -> str:
        """All its values, with one blank between them."""
        return " ".join(self.values)


class Items:
    """What is in a section, or in the file."""

    __slots__ = ()
    items: "tuple[Statement | Section, ...]"

    def statements(self, name: str = "") -> "Iterator[Statement]":
        """Yield the statements of a name, or all of them, in order."""
        return (item for item in self.items if isinstance(item, Statement) and name in {"", item.name})

    def value(self, name: str) -> str | None:
        """Return the value of the last statement of a name, None where there is none."""
        found = [statement.value for statement in self.statements(name)]
        return found[-1] if found else None

    def sections(self, name: str = "") -> "Iterator[Section]":
        """Yield the sections of a name, or all of them, in order; not those that are skipped."""
        return (
            item for item in self.items if isinstance(item, Section) and name in {"", item.name} and not item.is_skipped
        )


@dataclass(frozen=True, slots=True)
class Section(Items):
    """`name argument ... { }`; is_skipped: the word skip stands before it, and DRBD does not look at it."""

    name: str
    arguments: tuple[str, ...] = ()
    items: "tuple[Statement | Section, ...]" = ()
    comments: tuple[str, ...] = ()
    last_comments: tuple[str, ...] = ()
    is_skipped: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Configuration(Items):
    """A whole file; what it includes is not read, the statement `include` stays."""

    items: tuple[Statement | Section, ...] = ()
    last_comments: tuple[str, ...] = ()
