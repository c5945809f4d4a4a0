"""haproxy.cfg."""

import re
from collections.abc import Iterator, Sequence

TITLE = "haproxy.cfg"
_SECTION = re.compile(r"(?:global|defaults|(?:listen|frontend|backend|userlist|peers|resolvers|cache)\s+\S+.*)$")
_KEYWORD = re.compile(
    r"\s*(?:bind|server|mode|balance|option|timeout|maxconn|log|chroot|user|group|daemon|stats|default_backend|acl"
    r"|use_backend|retries|cookie|errorfile|http-\w+|tcp-\w+|stick\S*|default-server|source|hash-type|pidfile"
    r"|ssl-\S+|nbproc|nbthread|contimeout|clitimeout|srvtimeout|redirect|description|no\s+\w+)\b"
)


def is_whole(rows: Sequence[str]) -> bool:
    """True for a file that begins with a section and has little else than keywords."""
    said = [row for row in rows if row.strip() and not row.strip().startswith("#")]
    fitting = [row for row in said if _SECTION.match(row) or _KEYWORD.match(row)]
    return bool(said) and bool(_SECTION.match(said[0])) and len(fitting) >= 0.9 * len(said)


def lines(rows: Sequence[str]) -> Iterator[int]:
    """Yield the lines of sections that are followed by keywords, to the first line that is neither."""
    at = 0
    while at < len(rows):
        end = at + 1
        if _SECTION.match(rows[at]):
            while end < len(rows) and (_KEYWORD.match(rows[end]) or rows[end].strip().startswith("#")):
                end += 1
            if end > at + 1:
                yield from range(at + 1, end + 1)
        at = end
