"""The token does not grow with the number of nodes.

Why: the token visits every node in turn. With many nodes it takes longer, and the 650 ms that Corosync adds for each
node above two make up for it. Without them a large cluster loses tokens that were only late.
What to do: remove `token_coefficient`, or choose a token that is long enough for all nodes.
Source: corosync.conf(5), token_coefficient
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report coefficient 0 with five nodes or more and no more than the default token."""
    corosync = cluster.corosync
    if corosync.token_coefficient_ms == 0 and len(cluster.nodes) >= 5 and corosync.token_ms <= 3000:
        usual = corosync.token_ms + (len(cluster.nodes) - 2) * 650
        yield Finding(
            code="token-coefficient-zero",
            severity=Severity.INFO,
            summary=f"token {milliseconds(corosync.token_ms)} for {len(cluster.nodes)} nodes; "
            f"Corosync would use {milliseconds(usual)}",
            why="the token visits every node, and with many of them it may only be late",
            fix="remove `token_coefficient: 0s`",
            path=("corosync", "token_coefficient"),
        )
