"""A configuration while the commands of pcs make it, one after the other. Pure.

pcs is imperative: a command may add to what an earlier one made, or take it away. Statements keep the order in which
they came to be.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from quorate.dialect.crm.lexer import Token
from quorate.dialect.crm.references import Placed, identity
from quorate.dialect.model import Attributes, NvSet, Pair, Primitive, SetKind, Statement
from quorate.dialect.pcs.ops import Library
from quorate.dialect.text import Text

_Kind = TypeVar("_Kind", bound=Statement)


@dataclass(frozen=True, slots=True)
class SetupNode:
    """A node of `pcs cluster setup`; addresses: one for each link, none if pcs knows them from `pcs host auth`."""

    name: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setup:
    """`pcs cluster setup`. options: of totem, quorum, crypto, compression, transport; links: each link's options."""

    name: str
    nodes: tuple[SetupNode, ...]
    transport: str = "knet"
    options: tuple[tuple[str, Attributes], ...] = ()
    links: tuple[Attributes, ...] = ()
    line: int = field(default=0, compare=False)  # of the command, from 0


@dataclass(slots=True)
class State:
    """statements: as made so far; agents: how agents are spelled; library: what agents say of their operations."""

    text: Text
    agents: tuple[str, ...] = ()
    library: Library | None = None
    statements: list[Placed] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    setup: Setup | None = None
    lost: set[str] = field(default_factory=set)  # what commands that could not be read would have made
    run: set[int] = field(default_factory=set)  # the lines, from 1, of those that could

    def add(self, statement: Statement, tokens: Iterable[Token]) -> None:
        """Add a statement, with the comments above its command."""
        placed = Placed(replace(statement, comments=tuple(self.comments)), tuple(tokens))
        self.statements.append(placed)
        self.comments = []

    def find(self, kind: type[_Kind], suits: Callable[[_Kind], bool]) -> _Kind | None:
        """Return the first statement of a kind that suits."""
        return next(
            (s.statement for s in self.statements if isinstance(s.statement, kind) and suits(s.statement)), None
        )

    def named(self, kind: type[_Kind], name: str) -> _Kind | None:
        """Return the statement of a kind and name."""
        return self.find(kind, lambda statement: identity(statement) == name)

    def change(self, old: Statement, new: Statement, tokens: Iterable[Token]) -> None:
        """Put a statement in the place of another; the words of both are kept, to point at."""
        for number, placed in enumerate(self.statements):
            if placed.statement is old:
                changed = replace(new, comments=(*old.comments, *self.comments))
                self.comments = []
                self.statements[number] = Placed(changed, (*placed.tokens, *tokens))
                return

    def remove(self, statement: Statement) -> None:
        """Take a statement away."""
        self.statements = [placed for placed in self.statements if placed.statement is not statement]

    def free(self, id_: str) -> str:
        """Return an id that no statement has: this one, or with a number behind it."""
        used = {getattr(placed.statement, "id", None) for placed in self.statements}
        number, free = 1, id_
        while free in used:
            free, number = f"{id_}-{number}", number + 1
        return free

    def owner(self, of: str) -> Statement | None:
        """Return what has a resource in it."""
        for placed in self.statements:
            inside = (*getattr(placed.statement, "members", ()), getattr(placed.statement, "member", None))
            if of in inside and not hasattr(placed.statement, "resource_sets"):
                return placed.statement
        return None


def updated(pairs: Iterable[Pair], new: Iterable[Pair]) -> tuple[Pair, ...]:
    """Return pairs with others set; one with an empty value is taken away."""
    kept = {pair.name: pair for pair in pairs}
    for pair in new:
        if pair.value == "":
            kept.pop(pair.name, None)
        else:
            kept[pair.name] = pair
    return tuple(kept.values())


def set_in(sets: Iterable[NvSet], kind: SetKind, new: Iterable[Pair]) -> tuple[NvSet, ...]:
    """Return sets with pairs set in the first of a kind; a set that gets empty is taken away."""
    sets = list(sets)
    first = next((number for number, one in enumerate(sets) if one.kind == kind), None)
    pairs = updated(() if first is None else sets[first].pairs, new)
    if first is not None:
        sets[first] = replace(sets[first], pairs=pairs)
    elif pairs:
        sets.append(NvSet(kind, pairs))
    return tuple(one for one in sets if one.pairs or one.kind != kind)


def set_in_body(primitive: Primitive, kind: SetKind, new: Iterable[Pair]) -> Primitive:
    """Return a primitive with pairs set in its first set of a kind, sets before operations."""
    sets = set_in((part for part in primitive.body if isinstance(part, NvSet)), kind, new)
    others = tuple(part for part in primitive.body if not isinstance(part, NvSet))
    order = ("params", "meta", "utilization")
    return replace(primitive, body=(*sorted(sets, key=lambda one: order.index(one.kind)), *others))
