"""Ids of the CIB: readable, stable from one run to the next, and unique in the document. Pure."""

import re


def xml_id(*words: str) -> str:
    """Join words to an id: "web-apache-monitor-5s". What XML forbids in an id becomes '.', (XML 1.0, NCName)."""
    joined = re.sub(r"[^A-Za-z0-9_.-]", ".", "-".join(word for word in words if word))
    return joined if re.match(r"[A-Za-z_]", joined) else f"_{joined}"


class Ids:
    """Hands out every id once: a second asking for the same words gets -2, the third -3."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def __call__(self, *words: str) -> str:
        """Return a fresh id made of `words`."""
        wanted = xml_id(*words)
        count = self._taken[wanted] = self._taken.get(wanted, 0) + 1
        return wanted if count == 1 else self(f"{wanted}-{count}")
