"""A CIB: its configuration is read; what the cluster says of itself around it is not configuration. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml.etree import _Element as Element

from quorate.adopt.account import Fate
from quorate.adopt.material import Held, Material
from quorate.adopt.reading.others import stretches
from quorate.adopt.sorting import Piece
from quorate.catalog.agents import AgentLibrary
from quorate.dialect.cib.read import parse
from quorate.dialect.cib.read import read as read_cib
from quorate.dialect.crm.references import identity
from quorate.dialect.model import FencingTopology, Node, Properties, Raw, Statement
from quorate.lines import rows

_SECTIONS = {"property": "crm_config", "rsc_defaults": "rsc_defaults", "op_defaults": "op_defaults"}


def read(pieces: Sequence[Piece], material: Material, _library: AgentLibrary) -> None:
    """Read all pieces."""
    for piece in pieces:
        _read(piece, material)


def _read(piece: Piece, material: Material) -> None:
    text = "\n".join("" if number not in piece.lines else row for number, row in enumerate(rows(piece.text), 1))
    stripped = text.lstrip("\ufeff \t\r\n")
    skipped = text[: len(text) - len(stripped)].count("\n")
    root = parse(stripped.encode(), piece.file)
    covered = set[int]()
    for statement in read_cib(root).statements:
        lines = {line + skipped for line in _lines(_element(root, statement))} or {min(piece.lines)}
        covered |= lines
        held = Held(statement, piece.file, tuple(sorted(lines)), material.place(piece.file, min(lines)))
        material.held.append(held)
    status = _state(root, skipped) & piece.lines - covered
    if status:
        material.account.add(piece.file, status, "status", Fate.PROSE, "state of the cluster, not configuration")
    for first, last in stretches(replace(piece, lines=piece.lines - covered - status), material):
        material.account.add(piece.file, [first, last], "XML", Fate.SAME, "sections, around what is in them")


def _element(root: Element, statement: Statement) -> Element | None:
    """Return the element that a statement was read from."""
    if isinstance(statement, FencingTopology):
        return root.find("fencing-topology")
    if isinstance(statement, Node):
        return next((item for item in root.iterfind("nodes/node") if item.get("uname") == statement.uname), None)
    name = statement.id if isinstance(statement, Properties | Raw) else identity(statement)
    inside = root.find(_SECTIONS[statement.kind]) if isinstance(statement, Properties) else root
    if inside is None or name is None:
        return None
    return next((item for item in inside.iter() if isinstance(item.tag, str) and item.get("id") == name), None)


def _lines(element: Element | None) -> Iterator[int]:
    """Yield the lines from an element's first to its last."""
    if element is not None:
        found = [_line(item) for item in element.iter() if isinstance(item.tag, str)]
        follower = element.getnext()
        last = max(found)
        if follower is not None and len(element):
            last = max(last, _line(follower) - 1)
        elif len(element):
            last += _depth(element)
        yield from range(min(found), last + 1)


def _line(element: Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 1


def _depth(element: Element) -> int:
    """Return how many closing tags may stand on lines of their own behind the last element."""
    depth, inner = 0, element
    while len(inner):
        depth, inner = depth + 1, inner[-1]
    return depth


def _state(root: Element, skipped: int) -> set[int]:
    """Return the lines of <status> and of what else stands beside the configuration."""
    whole = root.getparent()
    if whole is None:
        return set()
    return {
        _line(item) + skipped + below
        for section in whole
        if section is not root and isinstance(section.tag, str)
        for item in section.iter()
        if isinstance(item.tag, str)
        for below in range(3)
    }
