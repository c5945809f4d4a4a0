"""The roles Master and Slave.

Why: since Pacemaker 2.1 they are called Promoted and Unpromoted; the old words are read, and deprecated.
What it becomes: the new words. They mean the same.
Source: Pacemaker Explained, "Promotable clones"; change log of 2.1.0
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from quorate.adopt.mending import Context, Mended
from quorate.dialect.model import (
    Clone,
    Colocation,
    Group,
    Location,
    Member,
    Op,
    Pair,
    Primitive,
    ResourceSet,
    Rule,
    Statement,
    Ticket,
)
from quorate.findings import Severity

_ROLES = {"master": "Promoted", "slave": "Unpromoted"}
_STATEMENTS = (Primitive, Clone, Group, Colocation, Location, Ticket)


def mend(statement: Statement, _context: Context) -> Iterator[Mended]:
    """Rename roles wherever one can stand in a statement."""
    new = _renamed(statement) if isinstance(statement, _STATEMENTS) else statement
    if new != statement:
        name = getattr(statement, "id", "")
        yield Mended(Severity.INFO, f"{name} speaks of Master or Slave; it becomes Promoted or Unpromoted",
                     "Pacemaker 2.1 reads the old words, and a later one will not", "nothing: it means the same",
                     becomes=new)  # fmt: skip


def _renamed(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_renamed, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {field.name: _renamed(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Member | ResourceSet):
        changed["qualifier"] = _role(value.qualifier)
    elif isinstance(value, Rule):
        changed["role"] = _role(value.role)
    elif isinstance(value, Pair) and value.name == "target-role":
        changed["value"] = _role(value.value)
    elif isinstance(value, Op | Location):
        changed["attributes"] = tuple((k, _role(v) or "" if k == "role" else v) for k, v in value.attributes)
    return replace(value, **changed)


def _role(word: str | None) -> str | None:
    return _ROLES.get((word or "").lower(), word)
