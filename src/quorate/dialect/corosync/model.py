"""A whole corosync.conf as values, losing nothing: sections and keys in their order, unknown ones too, comments. Pure.

Corosync knows no nesting but sections in braces and lines of `key: value`; a section or key that stands twice is the
same as one that goes on, and of a key that stands twice the last value counts (coroparse.c of 3.1.7). Equality is of
what is written and its order, never of place in a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from quorate.lines import Span


@dataclass(frozen=True, slots=True)
class Key:
    """One line `name: value`. comments: the lines of comment before it, each with its #. span: of the name."""

    name: str
    value: str
    comments: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)
    value_span: Span | None = field(default=None, compare=False, repr=False)


class Items:
    """What is in a section, or in the file, by name."""

    __slots__ = ()
    items: "tuple[Key | Section, ...]"

    def entries(self) -> "Iterator[Key]":
        """Yield the keys, in order."""
        return (item for item in self.items if isinstance(item, Key))

    def key(self, name: str) -> Key | None:
        """Return the last key of a name, which is the one that counts; None where there is none."""
        found = [key for key in self.entries() if key.name == name]
        return found[-1] if found else None

    def value(self, name: str) -> str | None:
        """Return the value of a key, None where it is not set."""
        key = self.key(name)
        return key.value if key else None

    def sections(self, name: str = "") -> "Iterator[Section]":
        """Yield the sections of a name, or all of them, in order."""
        return (item for item in self.items if isinstance(item, Section) and name in {"", item.name})


@dataclass(frozen=True, slots=True)
class Section(Items):
    """`name { ... }`. comments: those before it; last_comments: those before its closing brace. span: of the name."""

    name: str
    items: "tuple[Key | Section, ...]" = ()
    comments: tuple[str, ...] = ()
    last_comments: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Configuration(Items):
    """A whole file. last_comments: those that nothing follows."""

    items: tuple[Key | Section, ...] = ()
    last_comments: tuple[str, ...] = ()

    def at(self, *path: str) -> Key | None:
        """Return a key by its sections and name, ("totem", "token"): the last there is, or None."""
        found = [key for section in self.all(*path[:-1]) if (key := section.key(path[-1]))]
        return found[-1] if found else None

    def all(self, *path: str) -> "Iterator[Items]":
        """Yield all sections that a path leads to, ("totem", "interface"); the file itself for none."""
        if not path:
            yield self
            return
        for holder in self.all(*path[:-1]):
            yield from holder.sections(path[-1])

    @property
    def nodes(self) -> "tuple[Section, ...]":
        """The nodes of the nodelist, in order."""
        return tuple(node for holder in self.all("nodelist") for node in holder.sections("node"))

    @property
    def interfaces(self) -> "tuple[Section, ...]":
        """The interfaces of totem, in order."""
        return tuple(one for holder in self.all("totem") for one in holder.sections("interface"))
