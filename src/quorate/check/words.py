"""Words: how findings write durations, lists and the nearest known name. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches


def milliseconds(value: float) -> str:
    """Write milliseconds as the cluster file does: 3000 -> "3s", 2400 -> "2400ms", 120000 -> "2min"."""
    whole = round(value)
    for size, unit in ((3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}ms" if whole else "0s"


def seconds(value: float) -> str:
    """Write seconds as the cluster file does: 90 -> "90s", 0.5 -> "500ms", 0 -> "0s"."""
    return milliseconds(value * 1000) if value % 60 == 0 or value % 1 else f"{round(value)}s"


def listed(names: Iterable[object]) -> str:
    """Join names for a sentence: "a", "a and b", "a, b and c"."""
    words = [str(name) for name in names]
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where none is like it."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.7)), None)


def perhaps(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean X?)" for the known name most like `name`, else the empty text."""
    like = nearest(name, known)
    return f" (did you mean {like}?)" if like else ""
