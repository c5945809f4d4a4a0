"""last_man_standing is on, and the nodes do not have one vote each.

Why: it counts nodes, not votes, and Corosync disables it when the votes differ: the cluster does not go on with few
nodes as this file says.
What to do: remove `votes`, or remove `last_man_standing`.
Source: votequorum(5), last_man_standing NOTES ("each node must vote 1")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report each node whose votes are not 1 under last_man_standing."""
    if not cluster.quorum.last_man_standing:
        return
    for node in cluster.nodes:
        if node.votes != 1:
            yield Finding(
                code="last-man-standing-votes",
                severity=Severity.WARNING,
                summary=f"{node.name} has {node.votes} votes, and last_man_standing needs one from each node",
                why="Corosync disables last_man_standing, and the cluster stops when half of it is lost",
                fix=f"remove `votes` from {node.name}",
                path=("nodes", node.name, "votes"),
            )
