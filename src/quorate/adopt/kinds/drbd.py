"""DRBD's resources and common settings (drbd.conf(5))."""

import re
from collections.abc import Iterator, Sequence

from quorate.adopt import braces

TITLE = "drbd.conf"
_OPENS = re.compile(r"""(?:resource\s+["\w.-]+|global|common)\s*\{""", re.IGNORECASE)
_INSIDE = re.compile(r"include\s|[\w-]+(?:\s|/).*[;{]|[\w-]+\s*[;{]", re.IGNORECASE)


def is_whole(rows: Sequence[str]) -> bool:
    """True for a file of sections whose lines end in semicolons."""
    return braces.whole(rows, _OPENS, _INSIDE)


def lines(rows: Sequence[str]) -> Iterator[int]:
    """Yield the lines of sections."""
    return braces.sections(rows, _OPENS)
