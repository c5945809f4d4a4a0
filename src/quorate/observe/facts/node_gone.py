"""Since when other nodes miss one, by what Pacemaker wrote on a host: "Node n3 state is now lost" (journalctl(1)).

The journal outlasts a stop of all nodes; Pacemaker's own history does not.
"""

import re
from itertools import takewhile

from quorate.machines.host import Command, command

LOST = "lost"
LINES = 50


def command_for(node: str) -> Command:
    """Return the query for the last changes of a node's membership."""
    return command(
        *("journalctl", "--no-pager", "--quiet", "--reverse", f"--lines={LINES}", "--output=short-unix"),
        *("--identifier=pacemaker-controld", f"--grep=Node {re.escape(node)} state is now (member|{LOST})"),
    )


def parse(output: str, status: int) -> float | None:  # noqa: ARG001 - 1 where there is no such line
    """Return when it was lost, in seconds since the epoch by the host's clock; None where it was not, or is back.

    It is lost again each time that Pacemaker starts and has it fenced: the first time since it was a member counts.
    """
    lost = list(takewhile(lambda line: f"state is now {LOST}" in line, filter(None, output.splitlines())))
    return float(lost[-1].split()[0]) if lost else None
