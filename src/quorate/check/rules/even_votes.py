"""An even number of votes can split into equal halves, and nothing decides between them.

Why: more than half of the votes is quorum. When the network splits in the middle neither half has it, and all
services stop although no machine is broken. With two nodes the loss of either one is enough.
What to do: add a quorum device on a third site, a further node, or `auto_tie_breaker: true`.
Source: votequorum(5), auto_tie_breaker; corosync-qdevice(8), ffsplit
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report an even sum of node votes without two_node, quorum device or tie breaker."""
    quorum = cluster.quorum
    votes = sum(node.votes for node in cluster.nodes)
    if votes % 2 or votes == 0 or quorum.two_node or quorum.device is not None or quorum.auto_tie_breaker is not None:
        return
    alone = len(cluster.nodes) == 2  # two_node was switched off by hand
    yield Finding(
        code="even-votes",
        severity=Severity.WARNING,
        summary=f"{votes} votes can split into two halves of {votes // 2}, and neither has quorum",
        why="a network split in the middle stops every service on both sides"
        + (", and so does the loss of one node" if alone else ""),
        fix="remove `two_node: false`, or add `quorum.device: {host: ...}` on a third site"
        if alone
        else "add `quorum.device: {host: ...}` on a third site, one more node, or `quorum.auto_tie_breaker: true`",
        path=("quorum",) if ("quorum",) in cluster.given else ("nodes",),
    )
