"""The cluster has a single node.

Why: there is nowhere to go when it fails. It is fine for a start or a test, and no cluster.
What to do: add two more nodes; three are the least that survive a loss without further help.
Source: votequorum(5), OVERVIEW
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report one node."""
    if len(cluster.nodes) == 1:
        yield Finding(
            code="single-node",
            severity=Severity.WARNING,
            summary="the cluster has a single node",
            why="when it fails there is nowhere to go",
            fix="add two more nodes",
            path=("nodes",),
        )
