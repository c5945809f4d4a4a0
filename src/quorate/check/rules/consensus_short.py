"""consensus is below 1.2 times the effective token.

Why: consensus is the time in which the nodes agree on a new membership after the token was lost. If it is shorter than
the token itself, nodes that are alive are left out in the first round, and come back in another: two changes of
membership, and perhaps a fencing, instead of one. The token that counts is the effective one, which grows with the
number of nodes.
What to do: remove `consensus`; the default fits the token.
Source: corosync.conf(5), consensus and token_coefficient
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report consensus under the minimum; for two nodes, where less is safe, only as a remark."""
    corosync = cluster.corosync
    least = -(-corosync.effective_token_ms * 12 // 10)
    if corosync.consensus_ms < corosync.join_ms:
        yield Finding(
            code="consensus-short",
            severity=Severity.ERROR,
            summary=f"consensus {milliseconds(corosync.consensus_ms)} is below join {milliseconds(corosync.join_ms)}",
            why="Corosync refuses to start",
            fix=f"set consensus: {milliseconds(least)}",
            path=("corosync", "consensus"),
        )
    elif corosync.consensus_ms < least:
        yield Finding(
            code="consensus-short",
            severity=Severity.WARNING if len(cluster.nodes) > 2 else Severity.INFO,
            summary=f"consensus {milliseconds(corosync.consensus_ms)} is below 1.2 times the effective token "
            f"({milliseconds(corosync.effective_token_ms)} with {len(cluster.nodes)} nodes)",
            why="live nodes can be left out of a new membership and come back in another one",
            fix=f"set consensus: {milliseconds(least)}, or remove the line",
            path=("corosync", "consensus"),
        )
