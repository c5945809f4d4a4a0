"""Names: every resource that a statement names is defined, and no id twice. Pure.

A name that differs from a defined one only in its case is taken for that one, where there is but one such.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from quorate.dialect.crm.lexer import Token
from quorate.dialect.model import (
    AclRole,
    AclTarget,
    AclUser,
    Alert,
    Bundle,
    Clone,
    Colocation,
    FencingLevel,
    FencingTopology,
    Group,
    Location,
    Member,
    Monitor,
    Node,
    Order,
    Primitive,
    Properties,
    Raw,
    ResourceSet,
    Statement,
    Tag,
    Ticket,
)
from quorate.dialect.text import Text
from quorate.findings import Severity

HOLDERS = (Primitive, Group, Clone, Bundle, Monitor)
"""Statements that take what they name into themselves, or go into it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement and the tokens it was read from."""

    statement: Statement
    tokens: tuple[Token, ...]

    def token(self, name: str) -> Token:
        """Return the token in which a name stands, the last such; the first one of the statement if there is none."""
        for token in reversed(self.tokens[2:]):
            if name in {token.text, *token.text.lstrip("([@").rstrip(")]").split(":"), *token.text.split(",")}:
                return token
        return self.tokens[0]


def identity(statement: Statement) -> str | None:
    """Return the id of a statement; None for one that has none."""
    if isinstance(statement, Node):
        return statement.uname
    if isinstance(statement, FencingTopology | Monitor | Properties):
        return None
    return str(getattr(statement, "id", "")) or None


def checked(
    statements: Sequence[Placed], text: Text, elsewhere: Iterable[str], services: tuple[str, ...] = ()
) -> list[Placed]:
    """Return the statements with names mended; say which are undefined or defined twice.

    services: what stands elsewhere too, with parts called NAME-…, and can be named but be no member.
    """
    _say_twice(statements, text)
    known = {*elsewhere}
    for item in statements:
        if not isinstance(item.statement, AclRole | AclTarget | AclUser | Node | Alert):
            known |= {identity(item.statement) or ""}
    nodes = {item.statement.uname for item in statements if isinstance(item.statement, Node)}
    return [
        _Names(
            item,
            known | nodes if isinstance(item.statement, Tag) else known,
            text,
            () if isinstance(item.statement, HOLDERS) else services,
        ).checked()
        for item in statements
    ]


def _say_twice(statements: Sequence[Placed], text: Text) -> None:
    seen: dict[tuple[str, str], Placed] = {}
    for item in statements:
        name = "fencing_topology" if isinstance(item.statement, FencingTopology) else identity(item.statement)
        if name is None or isinstance(item.statement, Raw):
            continue
        room = _room(item.statement)
        if (room, name) in seen:
            token = item.tokens[min(1, len(item.tokens) - 1)]
            line = seen[room, name].tokens[0].line + 1
            text.say(Severity.ERROR, token.span, "defined-twice", f'"{name}" is defined on line {line} already',
                     "an id stands for one thing in a CIB", "choose another id, or leave one of them out")  # fmt: skip
        seen.setdefault((room, name), item)


def _room(statement: Statement) -> str:
    """Return what an id must be the only one in: nodes, users and groups have names of their own."""
    if isinstance(statement, Node | FencingTopology):
        return type(statement).__name__
    return "user" if isinstance(statement, AclTarget | AclUser) else "id"


@dataclass(slots=True)
class _Names:
    item: Placed
    known: set[str]
    text: Text
    services: tuple[str, ...]

    def checked(self) -> Placed:
        """Return the statement with every name of a resource looked up."""
        statement = self.item.statement
        changed: dict[str, Any] = {}
        for name, value in named(statement):
            mended = self._value(value)
            if mended != value:
                changed[name] = mended
        return Placed(replace(statement, **changed), self.item.tokens) if changed else self.item

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._name(value)
        if isinstance(value, Member):
            return replace(value, id=self._name(value.id))
        if isinstance(value, ResourceSet):
            return replace(value, members=tuple(map(self._name, value.members)))
        if isinstance(value, FencingLevel):
            return replace(value, devices=",".join(map(self._name, value.devices.split(","))))
        return tuple(map(self._value, value))

    def _name(self, name: str) -> str:
        if name in self.known or name in self.services or name.startswith(tuple(f"{each}-" for each in self.services)):
            return name
        token = self.item.token(name)
        meant = [known for known in self.known if known.lower() == name.lower()]
        if len(meant) == 1:
            self.text.say(Severity.WARNING, token.span, "wrong-case",
                          f'"{name}" is defined as "{meant[0]}"; read as that', "ids are told apart by case",
                          f"write {meant[0]}")  # fmt: skip
            return meant[0]
        self.text.say(Severity.ERROR, token.span, "undefined-name", f'"{name}" is defined nowhere in this text',
                      "the crm shell and Pacemaker refuse a reference to nothing",
                      f'define "{name}", or leave it out here')  # fmt: skip
        return name


def named(statement: Statement) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a statement that name resources."""
    wanted = {
        Primitive: ("template",),
        Group: ("members",),
        Clone: ("member",),
        Bundle: ("primitive",),
        Location: ("resource", "resource_sets"),
        Colocation: ("members", "resource_sets"),
        Order: ("members", "resource_sets"),
        Ticket: ("members", "resource_sets"),
        FencingTopology: ("levels",),
        Monitor: ("resource",),
        Tag: ("members",),
    }.get(type(statement), ())
    for field_ in fields(statement):
        value = getattr(statement, field_.name)
        if field_.name in wanted and value is not None:
            yield field_.name, value
