"""transport broadcast is used with IPv6 addresses.

Why: IPv6 has no broadcast. The nodes would never see each other.
What to do: use knet.
Source: corosync.conf(5), broadcast; RFC 4291, 2
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report broadcast over IPv6 links."""
    if cluster.corosync.transport == "broadcast" and any(i.version == 6 for node in cluster.nodes for i in node.links):
        yield Finding(
            code="broadcast-with-ipv6",
            severity=Severity.ERROR,
            summary="IPv6 has no broadcast",
            why="the nodes would never see each other",
            fix="write `transport: knet`",
            path=("corosync", "transport"),
        )
