"""two_node and auto_tie_breaker are both on.

Why: two_node lets the fencing race decide, the tie breaker the node id. Corosync disables two_node, and the node
that the tie breaker does not name stops its services as soon as the other is lost.
What to do: choose one; with working fencing, two_node.
Source: votequorum(5), two_node and auto_tie_breaker
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report two_node together with auto_tie_breaker."""
    if cluster.quorum.two_node and cluster.quorum.auto_tie_breaker is not None:
        yield Finding(
            code="two-node-with-tie-breaker",
            severity=Severity.ERROR,
            summary="two_node and auto_tie_breaker exclude each other",
            why="Corosync disables two_node, and then the loss of one certain node stops the other",
            fix="remove `auto_tie_breaker`",
            path=("quorum", "auto_tie_breaker"),
        )
