"""two_node is on in a cluster that does not have two nodes.

Why: two_node lets a single vote be quorum until more than two nodes have joined; Corosync then turns it off. It has no
use here, and without wait_for_all one node that starts by itself serves while the others do the same.
What to do: remove `two_node`; with an odd number of nodes nothing takes its place, with an even number a quorum device.
Source: votequorum(5), two_node
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report two_node with any number of nodes but two."""
    if cluster.quorum.two_node and len(cluster.nodes) != 2:
        yield Finding(
            code="two-node-count",
            severity=Severity.WARNING if cluster.quorum.wait_for_all else Severity.ERROR,
            summary=f"two_node is on, and the cluster has {len(cluster.nodes)} nodes",
            why="a single vote is quorum until more than two nodes have joined"
            + (", so that parts of the cluster can start by themselves" if not cluster.quorum.wait_for_all else ""),
            fix="remove `two_node`",
            path=("quorum", "two_node"),
        )
