"""Two nodes do not wait for each other when they start.

Why: with the link between them still broken, a node that was fenced and has booted again does not see its peer,
has quorum by itself, and fences the peer that carries the services; then the same the other way round.
What to do: leave `wait_for_all` out, two_node turns it on. A lone node can be told by hand to go on.
Source: votequorum(5), two_node NOTES and wait_for_all
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report two_node with wait_for_all switched off."""
    if cluster.quorum.two_node and len(cluster.nodes) == 2 and not cluster.quorum.wait_for_all:
        yield Finding(
            code="two-node-without-wait-for-all",
            severity=Severity.WARNING,
            summary="wait_for_all is off with two nodes",
            why="a node that boots without seeing its peer fences it, and the two take turns in fencing each other",
            fix="remove `wait_for_all: false`",
            path=("quorum", "wait_for_all"),
        )
