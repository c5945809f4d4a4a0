"""Two links of a node are in the same network.

Why: the kernel sends to both by the same interface. The second link looks fine, and fails together with the first.
What to do: give the second link a network (and a switch) of its own.
Source: corosync.conf(5), ADDRESS RESOLUTION ("all addresses for ringX appear on the same network")
"""

from collections.abc import Iterator
from itertools import combinations

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report, once, the first node with two links in one network."""
    for node in cluster.nodes:
        for (low, one), (high, other) in combinations(enumerate(node.links), 2):
            if one.version == other.version and one.network.overlaps(other.network):
                yield Finding(
                    code="links-same-network",
                    severity=Severity.WARNING,
                    summary=f"links {low} and {high} of {node.name} are both in {one.network}",
                    why="the kernel uses one interface for both, so they fail together",
                    fix=f"put link {high} of every node in a network of its own",
                    path=("nodes", node.name, "links", high),
                )
                return
