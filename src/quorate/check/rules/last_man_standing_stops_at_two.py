"""last_man_standing without auto_tie_breaker ends at two nodes.

Why: expected votes shrink as nodes are lost, but from two nodes to one they do not: the last node has one of two
votes and stops everything.
What to do: with an even number of nodes add `auto_tie_breaker: true` if one node alone shall go on; else leave it.
Source: votequorum(5), last_man_standing NOTES
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report it as a fact worth knowing; odd clusters cannot add the tie breaker (see tie-breaker-odd)."""
    quorum = cluster.quorum
    if not quorum.last_man_standing or quorum.auto_tie_breaker is not None or quorum.device is not None:
        return
    even = sum(node.votes for node in cluster.nodes) % 2 == 0
    yield Finding(
        code="last-man-standing-stops-at-two",
        severity=Severity.INFO,
        summary="the last of two remaining nodes stops when its peer is lost",
        why="last_man_standing does not go from two nodes to one by itself",
        fix="add `auto_tie_breaker: true` if one node alone shall go on"
        if even
        else "nothing to do, if two nodes are the fewest you want",
        path=("quorum", "last_man_standing"),
    )
