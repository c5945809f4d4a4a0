"""priority-fencing-delay is not clearly longer than the delays of the devices.

Why: it is added on top of pcmk_delay_base and pcmk_delay_max. Where those can be as long, the node with the
important services may still lose the race it was meant to win.
What to do: make it at least twice the longest of them.
Source: pacemaker-schedulerd(7), priority-fencing-delay ("significantly greater than, safely twice")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import longest_delay_s
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a priority delay under twice the longest device delay."""
    fencing = cluster.fencing
    longest = max((longest_delay_s(device) for device in fencing.devices), default=0.0)
    if 0 < fencing.priority_delay_s < 2 * longest:
        yield Finding(
            code="priority-fencing-delay-short",
            severity=Severity.WARNING,
            summary=f"priority_delay {seconds(fencing.priority_delay_s)} is less than twice the longest delay of a "
            f"device, {seconds(longest)}",
            why="a device's own delay can outweigh it, and the node with the important services is the one fenced",
            fix=f"set priority_delay: {seconds(2 * longest)}, or shorten the devices' delays",
            path=("fencing", "priority_delay"),
        )
