"""The cluster has one link only.

Why: one cable, port or switch then separates nodes that are healthy, and the cluster has to fence one of them. With a
second link on other hardware nothing happens at all.
What to do: give every node a second address in `links`, on another switch; or bond two network cards and say so with
`corosync.links: [{bond: active-backup}]`, which apply then looks for on every node.
Source: corosync.conf(5), link_mode and nodelist ringX_addr
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a single link; a remark only for transports that cannot have two."""
    if len(cluster.nodes) < 2 or any(len(node.links) != 1 for node in cluster.nodes):
        return
    first = cluster.nodes[0]
    if cluster.corosync.links[0].bond:
        return
    knet = cluster.corosync.transport == "knet"
    yield Finding(
        code="single-link",
        severity=Severity.WARNING if knet else Severity.INFO,
        summary="the nodes have a single link",
        why="one cable or switch separates healthy nodes, and one of them is fenced",
        fix=f"give each node a second address on another switch, e.g. `links: [{first.links[0].ip}, 172.16.0.1]`"
        if knet
        else "say `links: [{bond: active-backup}]` where it is a bond, or use `transport: knet` with two links",
        path=("nodes", first.name, "links"),
    )
