"""The token time-out is so short that a busy node is taken for dead.

Why: Corosync runs on machines that swap, migrate, take snapshots and lose a second to a switch. Below one second
such pauses get healthy nodes fenced, and every fencing is an outage.
What to do: 1s on a dedicated, quiet network at the least; 3s (the default) for most; clouds need 10s and more.
Source: corosync.conf(5), token
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report an effective token under one second."""
    token = cluster.corosync.effective_token_ms
    if token < 1000:
        yield Finding(
            code="token-short",
            severity=Severity.WARNING,
            summary=f"a node is taken for lost after {milliseconds(token)}",
            why="a short pause (snapshot, switch, busy disk) gets a healthy node fenced",
            fix="set token: 1s, or more",
            path=("corosync", "token"),
        )
