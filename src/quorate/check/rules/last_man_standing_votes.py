"""last_man_standing is on, and the nodes do not have one vote each.

Why: it counts nodes, not votes. With other votes the recomputed quorum is wrong.
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
                severity=Severity.ERROR,
                summary=f"{node.name} has {node.votes} votes, and last_man_standing needs one from each node",
                why="it recomputes quorum by counting nodes; with other votes the result is wrong",
                fix=f"remove `votes` from {node.name}",
                path=("nodes", node.name, "votes"),
            )
