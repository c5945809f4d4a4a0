"""corosync.conf: read as it is; mapping/ says what each key becomes. Pure."""

from collections.abc import Sequence

from quorate.adopt.account import Fate
from quorate.adopt.material import Material
from quorate.adopt.sorting import Piece
from quorate.catalog.agents import AgentLibrary
from quorate.dialect.corosync.model import Configuration, Items, Key
from quorate.dialect.corosync.read import read as read_conf


def read(pieces: Sequence[Piece], material: Material, _library: AgentLibrary) -> None:
    """Read all pieces. Lines without a key are accounted for here: comments, braces, what could not be read."""
    for piece in pieces:
        reading = read_conf(piece.text, piece.file)
        material.findings += reading.findings
        material.corosync.append((reading.configuration, piece.file))
        keys = _lines(reading.configuration)
        errors = {f.place.line: f for f in reading.findings if f.place is not None}
        for number in sorted(piece.lines - keys):
            row = material.row(piece.file, number)
            if row.startswith("#"):
                material.account.add(piece.file, [number], "a comment", Fate.DROPPED, "quorate writes the file anew")
            elif row.rstrip("{} ").endswith(":") or ":" not in row:
                material.account.add(piece.file, [number], row[:40], Fate.SAME, "a section")
            else:
                why = errors[number].summary if number in errors else "no key of Corosync's"
                material.account.add(piece.file, [number], row[:40], Fate.DROPPED, why)


def _lines(items: Items) -> set[int]:
    found = set[int]()
    for item in items.items:
        if isinstance(item, Key):
            found |= {item.span.line + 1} if item.span else set()
        else:
            found |= _lines(item)
    return found


def flat(configuration: Configuration) -> "list[tuple[tuple[str, ...], Key]]":
    """Return all keys with the names of the sections around them."""
    found: list[tuple[tuple[str, ...], Key]] = []

    def walk(items: Items, path: tuple[str, ...]) -> None:
        for item in items.items:
            if isinstance(item, Key):
                found.append((path, item))
            else:
                walk(item, (*path, item.name))

    walk(configuration, ())
    return found
