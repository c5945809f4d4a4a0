"""A disk is replicated over the only link that the nodes have.

Why: a resynchronisation fills it, and then Corosync's messages and clients have to wait. Above all, one cut separates
the disks and the cluster at the same moment: the node that goes on has nobody to tell what is newest.
What to do: give the nodes a second link; the replication takes the last one unless told otherwise.
Source: DRBD User's Guide, "Preparing your network configuration"
"""

from collections.abc import Iterator

from quorate.catalog.storage import Replicated
from quorate.check.context import Context
from quorate.check.storage import stores
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Remark upon replication where a node has a single link."""
    for held in stores(cluster):
        if isinstance(held.store, Replicated) and any(len(cluster.node(name).links) == 1 for name in held.nodes):
            yield Finding(
                code="drbd-link-shared",
                severity=Severity.INFO,
                summary=f"{held.service} replicates over the link that Corosync and clients use",
                why="a resynchronisation fills it, and one cut separates the disks and the cluster at once",
                fix="give each node a second link, and leave `link` out",
                path=held.path("link"),
            )
