"""Text of the crm shell: what it shows and loads, what is typed at its prompt, `crm configure ...` for a shell."""

import re
from collections.abc import Iterator, Sequence

TITLE = "crm shell text"
_PROMPT = re.compile(r"crm\s*\(\s*\w+\s*\)\s*(?:configure\s*)?#", re.IGNORECASE)
_COMMAND = re.compile(r"[^#=\"<>|]*?\bcrm\s+configure\s+(?:property|primitive|group|clone|ms|master|location|colocation"
                      r"|order|rsc_\w+|op_defaults|node|monitor|bundle|tag|alert|fencing_topology)\s")  # fmt: skip
_ID = r"[A-Za-z_][\w.-]*"
_STATEMENTS = re.compile(
    rf"""(?:primitive|rsc_template)\s+{_ID}\s+(?:@{_ID}|\w+:\S+|[A-Za-z][\w.-]*(?=\s*(?:\\|$|\s(?:params|meta|op)\s)))
    |node\s+(?:[\w-]+:\s+)?[\w.-]+(?::\w+)?\s*(?:\\|$|attributes\s|utilization\s|\w[\w-]*=)
    |(?:group|clone|ms|master)\s+{_ID}\s+{_ID}(?=\s|$)(?!.*[.,;]\s+[a-z])
    |location\s+{_ID}\s+\S.*?(?:\S+:\s*\S|\srule\s)
    |(?:colocation|order)\s+{_ID}\s+(?:\S+:\s*)?[\[({{\w]
    |(?:property|rsc_defaults|op_defaults)\s+(?:\$id|{_ID}:?|[\w-]+=|\\)
    |rsc_ticket\s+{_ID}\s+\S+:
    |fencing_topology\s+\S
    |(?:tag|alert|role|user|acl_target|acl_group)\s+{_ID}:?\s+\S
    |bundle\s+{_ID}\s+(?:docker|podman|rkt)\b
    |monitor\s+{_ID}\S*\s+\d
    |xml\s+<
    |(?:location|colocation|order|bundle|rsc_ticket|property|rsc_defaults|op_defaults|alert|role|user|tag|group|clone|ms)
        \s.*\\$
    |fencing_topology\s*\\?$""",
    re.IGNORECASE | re.VERBOSE,
)
_PART = re.compile(r"\s*(?:(?:params|meta|op|operations|utilization|op_params|op_meta|rule|attributes)\s+\S"
                   r"|[\w$-]+=\S)", re.IGNORECASE)  # fmt: skip


def is_whole(rows: Sequence[str]) -> bool:
    """True if nearly every line is a statement, goes on one, or is a comment."""
    own = set(lines(rows))
    said = [n for n, row in enumerate(rows, 1) if row.strip() and not row.strip().startswith("#")]
    dialogue = any(_PROMPT.search(row) for row in rows)
    return bool(said) and not dialogue and sum(number in own for number in said) >= 0.8 * len(said)


def lines(rows: Sequence[str]) -> Iterator[int]:
    """Yield statements, each with the lines on which it goes on, whatever empty lines stand between."""
    inside = goes_on = False
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        begins = bool(_PROMPT.search(row) or _COMMAND.match(row) or _STATEMENTS.match(row.strip()))
        inside = (begins and not goes_on) or (inside and bool(goes_on or _PART.match(row)))
        if inside:
            yield number
        goes_on = inside and row.rstrip().endswith("\\")
