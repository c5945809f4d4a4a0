"""Drills on the real hosts are allowed, and fencing is off.

Why: a drill breaks what it can. Without fencing a split is not healed by switching one side off, and both sides go on
writing: the drill then does the damage it should have shown.
What to do: switch fencing on first.
Source: Pacemaker Explained, "Fencing"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report drills: true without fencing."""
    if cluster.allow_drills and not cluster.fencing.enabled:
        yield Finding(
            code="drills-without-fencing",
            severity=Severity.ERROR,
            summary="drills are allowed on hosts without fencing",
            why="a drill that splits the cluster would let both sides write, and do real damage",
            fix="remove `drills: true`, or switch fencing on",
            path=("drills",),
        )
