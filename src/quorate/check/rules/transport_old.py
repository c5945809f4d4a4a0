"""The cluster uses a transport that Corosync keeps for old clusters.

Why: udpu, udp and broadcast have no encryption and a single link, and the makers of Corosync's tools call them
deprecated. They work.
What to do: use knet (the default) for new clusters.
Source: corosync.conf(5), transport
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report every transport but knet."""
    transport = cluster.corosync.transport
    if transport != "knet":
        yield Finding(
            code="transport-old",
            severity=Severity.INFO,
            summary=f"{transport} has no encryption and a single link",
            why="it is kept for old clusters; knet has both, and is where Corosync is developed",
            fix="write `transport: knet`, or remove the line",
            path=("corosync", "transport"),
        )
