"""corosync.conf, of whatever age."""

import re
from collections.abc import Iterator, Sequence

from quorate.adopt import braces

TITLE = "corosync.conf"
_OPENS = re.compile(
    r"(?:totem|logging|quorum|nodelist|service|amf|aisexec|event|qb|uidgid|nozzle|system)\s*\{", re.IGNORECASE
)
_INSIDE = re.compile(r"[\w.-]+\s*:|[\w.-]+\s*\{")
_ALONE = re.compile(r"compatibility\s*:\s*\w+", re.IGNORECASE)
_ONE_LINE = re.compile(r".*\btotem\s*\{.*\bversion\s*:.*\}", re.IGNORECASE)


def is_whole(rows: Sequence[str]) -> bool:
    """True for a file of sections and keys."""
    return braces.whole(rows, _OPENS, _INSIDE)


def lines(rows: Sequence[str]) -> Iterator[int]:
    """Yield the lines of sections, of `compatibility`, and those into which a web page has put a whole file."""
    yield from braces.sections(rows, _OPENS)
    for number, row in enumerate(rows, 1):
        if _ALONE.fullmatch(row.strip()) or _ONE_LINE.match(row):
            yield number
