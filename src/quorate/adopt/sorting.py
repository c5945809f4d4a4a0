"""Which text is what: an input as a whole, or the stretches of a guide that configure something. Pure.

Each kind of text is a file of `kinds/`: `is_whole` looks at the whole text, `lines` at a guide, of which it takes the
lines that are its own. What no kind takes is prose.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from quorate import lines, registry
from quorate.adopt import kinds

ORDER = ("cib", "corosync", "drbd", "haproxy", "pcs", "crm")
"""The order in which kinds are asked: first those that cannot be taken for another."""


@dataclass(frozen=True, slots=True)
class Input:
    """A text to import. name: of the file, for messages. kind: where the operator says it, else it is found out."""

    name: str
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a host knows besides its files. addresses: by node name. networks: those it has an address in, as text.

    live: the inputs are a running cluster's, and what changes them interrupts something.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    networks: tuple[str, ...] = ()
    live: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """What one input has of one kind. text: all of the input with other lines left empty, so that places are right."""

    kind: str
    file: str
    text: str
    lines: frozenset[int]  # counted from 1


def modules() -> dict[str, ModuleType]:
    """Return the kinds by name, in the order in which they are asked."""
    found = registry.modules(kinds)
    return {name: found[name] for name in ORDER}


def pieces(given: Input) -> Iterator[Piece]:
    """Yield what an input has of each kind, then what is prose."""
    rows = lines.rows(given.text)
    said = frozenset(number for number, row in enumerate(rows, 1) if row.strip())
    kind = given.kind or next((name for name, module in modules().items() if module.is_whole(rows)), "")
    if kind:
        yield Piece(kind, given.name, given.text, said)
        return
    left = set(said)
    for name, module in modules().items():
        own = frozenset(number for number in module.lines(rows) if number in left)
        if own:
            yield Piece(name, given.name, _only(rows, own), own)
            left -= own
    if left:
        yield Piece("prose", given.name, _only(rows, frozenset(left)), frozenset(left))


def _only(rows: list[str], own: frozenset[int]) -> str:
    return "\n".join(row if number in own else "" for number, row in enumerate(rows, 1))
