"""A CIB, or its <configuration>, as XML."""

import re
from collections.abc import Iterator, Sequence

TITLE = "CIB"
_ROOT = re.compile(r"<(?:cib|configuration)[\s>]")


def is_whole(rows: Sequence[str]) -> bool:
    """True for a document whose first element is one of these."""
    text = "\n".join(rows).lstrip("\ufeff \t\r\n")
    first = re.sub(r"^(?:<\?.*?\?>|<!--.*?-->|\s)*", "", text, flags=re.DOTALL)
    return bool(_ROOT.match(first))


def lines(rows: Sequence[str]) -> Iterator[int]:
    """Yield the lines from a root element to its end."""
    end = None
    for number, row in enumerate(rows, 1):
        found = _ROOT.search(row) if end is None else None
        if found:
            end = f"</{found[0][1:-1].strip()}>"
        if end is not None:
            yield number
            end = None if end in row else end
