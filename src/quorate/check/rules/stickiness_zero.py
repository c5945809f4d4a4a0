"""Services move back as soon as a better node is there.

Why: without stickiness Pacemaker spreads resources anew whenever a node comes or goes. A node that was repaired then
causes a second interruption, and one that is ill causes one each time it comes back.
What to do: leave `stickiness` out (1000).
Source: Clusters from Scratch, "Prevent Resources from Moving after Recovery"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report stickiness 0 in several nodes' defaults."""
    if (cluster.pacemaker.stickiness == "0" or cluster.pacemaker.stickiness.startswith("-")) and len(cluster.nodes) > 1:
        own = ("pacemaker", "resource_defaults", "resource-stickiness")
        yield Finding(
            code="stickiness-zero",
            severity=Severity.WARNING,
            summary="services move back when a node returns",
            why="a repaired node causes a second interruption, and a sick one an interruption at each return",
            fix="remove the line, or write `stickiness: 1000`",
            path=own if own in cluster.given else ("pacemaker", "stickiness"),
        )
