"""Nodes: a YAML document as a tree with positions, and the plain data it stands for. Pure."""

from dataclasses import dataclass, field
from typing import Any

from quorate.describe.scalars import Value
from quorate.lines import Span


@dataclass(slots=True, eq=False)
class Scalar:
    """One word or text. empty: nothing stands in the file at all. block: written as text behind `|`, line for line."""

    span: Span
    value: Value
    block: bool = False
    size: int = 1
    depth: int = 1

    @property
    def empty(self) -> bool:
        """True where a value was left out, as in `key:`."""
        return self.value is None


@dataclass(slots=True, eq=False)
class Listing:
    """A YAML sequence."""

    span: Span
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    depth: int = 1


@dataclass(slots=True, eq=False)
class Entry:
    """One key of a mapping with its value; `merged` ones came in by a merge key."""

    key: Span
    node: "Node"
    merged: bool = False


@dataclass(slots=True, eq=False)
class Table:
    """A YAML mapping. Keys are text as written: `01` and `1` are two keys."""

    span: Span
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 1
    depth: int = 1


Node = Scalar | Listing | Table


def plain(node: Node, memo: dict[int, Any] | None = None) -> Any:
    """Return the data of a tree: dict, list, str, Whole, Decimal, bool, None."""
    memo = {} if memo is None else memo
    if id(node) in memo:
        return memo[id(node)]
    value: Any
    if isinstance(node, Scalar):
        value = node.value
    elif isinstance(node, Listing):
        value = [plain(item, memo) for item in node.items]
    else:
        value = {key: plain(entry.node, memo) for key, entry in node.entries.items()}
    memo[id(node)] = value
    return value
