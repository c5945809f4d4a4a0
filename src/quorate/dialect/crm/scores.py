"""Scores: `inf:`, `-inf:`, `100:`, `mandatory:`, or the name of a node attribute that holds one. Pure."""

import re

_WORDS = {"advisory": "0", "mandatory": "INFINITY"}
_INFINITY = re.compile(r"([+-]?)inf(?:inity)?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+")


def score(text: str) -> tuple[str | None, str | None]:
    """Return (score, None), or (None, the attribute that has it)."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()], None
    if found := _INFINITY.fullmatch(text):
        return f"{found[1]}INFINITY", None
    if _NUMBER.fullmatch(text):
        return text, None
    return None, text


def kind(text: str) -> str | None:
    """Return the kind of order that a score stands for, or None if it is no score."""
    value, _ = score(text)
    return None if value is None else "Optional" if value == "0" else "Mandatory"


def written(value: str | None, attribute: str | None) -> str:
    """Return the word, with its colon."""
    if attribute is not None:
        return f"{attribute}:"
    return f"{(value or '').replace('INFINITY', 'inf')}:"
