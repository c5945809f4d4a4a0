"""Commands of pcs, as `pcs config --output-format=cmd` prints them or a guide has them."""

import re
from collections.abc import Iterator, Sequence

TITLE = "pcs commands"
_COMMAND = re.compile(r"\s*(?:[#$]\s+)?(?:sudo\s+)?pcs(?:\s+-\S+)*\s+(?:cluster|resource|stonith|constraint|property|"
                      r"node|quorum|tag|acl|alert|host|booth)\b")  # fmt: skip


def is_whole(rows: Sequence[str]) -> bool:
    """True for a script in which every line is a command, goes on one, or is a comment."""
    own = set(lines(rows))
    said = [n for n, row in enumerate(rows, 1) if row.strip() and not row.strip().startswith("#")]
    return bool(said) and all(number in own for number in said)


def lines(rows: Sequence[str]) -> Iterator[int]:
    """Yield commands with the lines on which they go on."""
    goes_on = False
    for number, row in enumerate(rows, 1):
        if goes_on or _COMMAND.match(row):
            yield number
            goes_on = row.rstrip().endswith("\\")
