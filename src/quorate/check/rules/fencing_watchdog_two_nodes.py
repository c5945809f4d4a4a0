"""Two nodes rely on watchdogs alone.

Why: with a watchdog and no disk, a node resets itself when it loses quorum. With two_node it never does: both
halves stay quorate after a split, each believes the other has reset itself, and both run everything.
What to do: add a third vote (a quorum device or a third node), or real fencing devices.
Source: sbd(8); pacemaker-controld(7), stonith-watchdog-timeout
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report two_node with watchdogs as the only fencing."""
    fencing = cluster.fencing
    if fencing.watchdog_timeout_s > 0 and cluster.quorum.two_node and not fencing.devices:
        yield Finding(
            code="fencing-watchdog-two-nodes",
            severity=Severity.ERROR,
            summary="two nodes cannot rely on watchdogs alone",
            why="after a split both keep quorum, neither resets itself, and both run every service",
            fix="add `quorum.device: {host: ...}` on a third machine, or fencing devices for both nodes",
            path=("fencing", "watchdog_timeout"),
        )
