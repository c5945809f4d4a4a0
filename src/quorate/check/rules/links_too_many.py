"""More links than the transport can use.

Why: only knet can use several links. With udpu, udp or broadcast Corosync refuses to start with more than one.
What to do: use `transport: knet`, or keep one address in `links` and list the others as `addresses`.
Source: corosync.conf(5), transport and link_mode
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report nodes with several links under a transport that has one."""
    transport = cluster.corosync.transport
    for node in cluster.nodes:
        if transport != "knet" and len(node.links) > 1:
            yield Finding(
                code="links-too-many",
                severity=Severity.ERROR,
                summary=f"transport {transport} has one link, and {node.name} has {len(node.links)}",
                why="Corosync refuses to start; only knet can use several links",
                fix="write `transport: knet`, or move the further addresses to `addresses`",
                path=("nodes", node.name, "links"),
            )
            return
