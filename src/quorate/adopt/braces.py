"""Sections in braces, as corosync.conf and drbd.conf have them, found within a guide. Pure."""

import re
from collections.abc import Iterator, Sequence


def whole(rows: Sequence[str], opens: "re.Pattern[str]", inside: "re.Pattern[str]") -> bool:
    """True if a section opens, and nearly all lines are comments, braces or such as stand inside.

    Where a section opens on the first line, most lines will do: it is a file, and damaged.
    """
    said = [row.strip() for row in rows if row.strip()]
    share = 0.7 if said and opens.match(said[0]) else 0.9
    fitting = [row for row in said if row.startswith(("#", "{", "}")) or opens.match(row) or inside.match(row)]
    return any(opens.match(row) for row in said) and len(fitting) >= share * len(said)


def sections(rows: Sequence[str], opens: "re.Pattern[str]") -> Iterator[int]:
    """Yield the lines of all sections that open at the beginning of a line, to the brace that closes them."""
    at = 0
    while at < len(rows):
        end = _closes(rows, at) if opens.match(rows[at].strip()) else None
        if end is None:
            at += 1
            continue
        yield from range(at + 1, end + 2)
        at = end + 1


def _closes(rows: Sequence[str], at: int) -> int | None:
    """Return the line in which a section that opens at `at` closes; None if it never does."""
    depth = 0
    for number in range(at, len(rows)):
        bare = rows[number].split("#")[0] if rows[number].count("{") + rows[number].count("}") < 2 else rows[number]
        depth += bare.count("{") - bare.count("}")
        if depth <= 0 and number >= at and "}" in bare:
            return number
    return None
