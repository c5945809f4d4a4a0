"""Since when other nodes miss one, by what Pacemaker wrote on a host: "Node n3 state is now lost" (journalctl(1)).

The journal outlasts a stop of all nodes; Pacemaker's own history does not.
"""

import re
from itertools import takewhile

from quorate.machines.host import Command, command

LOST = "state is now lost"
STARTED = "Starting Pacemaker controller"
LINES = 50


def command_for(node: str) -> Command:
    """Return the query for the last changes of a node's membership, and for Pacemaker's starts in between."""
    return command(
        *("journalctl", "--no-pager", "--quiet", "--reverse", f"--lines={LINES}", "--output=short-unix"),
        *("--identifier=pacemaker-controld", f"--grep=Node {re.escape(node)} state is now (member|lost)|{STARTED}"),
    )


def parse(output: str, status: int) -> float | None:  # noqa: ARG001 - 1 where there is no such line
    """Return when it was lost, in seconds since the epoch by the host's clock; None where it was not, or is back.

    It is lost again each time that Pacemaker starts and has it fenced: the first time since it was a member counts. If
    that is such a time itself, as after a power cut of all, it was gone before, and nobody knows since when.
    """
    lines = list(filter(None, output.splitlines()))
    since = list(takewhile(lambda line: LOST in line or STARTED in line, lines))
    lost = [at for at, line in enumerate(since) if LOST in line]
    if not lost or STARTED in "".join(since[lost[-1] + 1 :]):
        return None
    return float(since[lost[-1]].split()[0])
