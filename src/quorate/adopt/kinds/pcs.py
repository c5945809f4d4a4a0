"""Commands of pcs, as `pcs config --output-format=cmd` prints them or a guide has them, behind a prompt or not."""

from collections.abc import Iterator, Sequence

from quorate.dialect.pcs import shell
from quorate.dialect.pcs.read import SECTIONS
from quorate.dialect.text import Text
from quorate.lines import Lines

TITLE = "pcs commands"


def is_whole(rows: Sequence[str]) -> bool:
    """True for a script in which every line is a command, goes on one, or is a comment."""
    own = set(lines(rows))
    said = [n for n, row in enumerate(rows, 1) if row.strip() and not row.strip().startswith("#")]
    return bool(own) and all(number in own for number in said)


def lines(rows: Sequence[str]) -> Iterator[int]:
    """Yield commands with the lines on which they go on."""
    text = "\n".join(rows)
    for item in shell.commands(text, Text(Lines("", text))):
        if isinstance(item, shell.Words) and any(token.text in SECTIONS for token in item.tokens[1:4]):
            yield from range(item.tokens[0].line + 1, item.tokens[-1].end_line + 2)
