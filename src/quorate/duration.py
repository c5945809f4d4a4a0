"""Durations as Pacemaker and its agents write them: text in, seconds out, and back. Pure.

Pacemaker Explained, "Time Specification": a number with an optional unit ms/msec, us/usec, s/sec, m/min, h/hr;
a bare number is seconds.
"""

import re

_UNITS = {
    "": 1.0,
    "s": 1.0,
    "sec": 1.0,
    "ms": 0.001,
    "msec": 0.001,
    "us": 0.000_001,
    "usec": 0.000_001,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def seconds(text: str) -> float | None:
    """Return the seconds that `text` says ("20s", "2min", "500ms", "90"), or None where it is no duration."""
    match = _DURATION.fullmatch(text)
    if match is None or match[2].lower() not in _UNITS:
        return None
    value = float(match[1]) * _UNITS[match[2].lower()]
    return round(value, 6)


def text(duration_s: float) -> str:
    """Write a duration for the CIB: whole seconds as "20s", anything finer in milliseconds as "1500ms"."""
    if duration_s == int(duration_s):
        return f"{int(duration_s)}s"
    return f"{round(duration_s * 1000)}ms"
