"""The token would be retransmitted faster than Corosync allows.

Why: the time between retransmits is token / (token_retransmits + 0.2). Corosync refuses to start below 30 ms.
What to do: remove `token_retransmits`; the default is 4.
Source: corosync.conf(5), token_retransmit
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report an interval between retransmits under 30 ms."""
    corosync = cluster.corosync
    interval = corosync.effective_token_ms / (corosync.token_retransmits + 0.2)
    if interval < 30:
        where = ("corosync", "token_retransmits")
        yield Finding(
            code="token-retransmits-many",
            severity=Severity.ERROR,
            summary=f"{corosync.token_retransmits} retransmits within a token of "
            f"{milliseconds(corosync.effective_token_ms)} leave {interval:.0f} ms for each",
            why="Corosync refuses to start with less than 30 ms between retransmits",
            fix="remove `token_retransmits`" if where in cluster.given else "set token: 1s, or more",
            path=where if where in cluster.given else ("corosync", "token"),
        )
