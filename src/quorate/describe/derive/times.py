"""Times: durations in seconds to what Corosync and Pacemaker write. Pure."""

import math


def milliseconds(seconds: float) -> int:
    """Return whole milliseconds, rounded up so that no time-out becomes shorter than it was written."""
    return math.ceil(round(seconds * 1000, 3))


def pacemaker_time(seconds: float) -> str:
    """Return a Pacemaker duration: whole seconds as "60s", parts of one as "500ms"."""
    return f"{int(seconds)}s" if seconds == int(seconds) else f"{milliseconds(seconds)}ms"
