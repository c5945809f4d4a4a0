"""Commands of pcs as a shell takes them: words quoted where they must be, parts on lines of their own. Pure."""

import shlex
from collections.abc import Iterable, Sequence

from quorate.dialect.model import Attributes, NvSet, Pair

_JOIN = " \\\n  "


def line(*words: str) -> str:
    """Return words, each quoted if need be."""
    return " ".join(map(shlex.quote, words))


def laid_out(head: str, parts: Iterable[str]) -> str:
    """Return a command with its parts on lines of their own, those that are empty left out."""
    return _JOIN.join([head, *filter(None, parts)])


def attributes(given: Attributes) -> str:
    """Return name=value of each."""
    return line(*(f"{name}={value}" for name, value in given))


def pairs(given: Iterable[Pair]) -> str:
    """Return name=value of the pairs that have both."""
    return attributes(tuple((pair.name, pair.value) for pair in given if pair.name is not None and pair.value))


def first(sets: Sequence[NvSet], kind: str) -> tuple[Pair, ...]:
    """Return the pairs of the first set of a kind; pcs has no words for a second, nor for one with rules."""
    return next((one.pairs for one in sets if one.kind == kind and not one.rules), ())


def under(word: str, said: str) -> str:
    """Return a part with the word that begins it; nothing if it says nothing."""
    return f"{word} {said}" if said else ""
