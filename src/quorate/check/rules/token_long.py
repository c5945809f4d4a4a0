"""The token time-out is so long that every failover begins half a minute late.

Why: nothing is done about a lost node before the token has run out, and consensus (1.2 times as much) follows. Clients
wait all that time.
What to do: 3s is the default; 10s is already patient. Longer only where the network really pauses that long.
Source: corosync.conf(5), token
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a configured token over thirty seconds."""
    corosync = cluster.corosync
    if corosync.token_ms > 30_000:
        total = corosync.effective_token_ms + corosync.consensus_ms
        yield Finding(
            code="token-long",
            severity=Severity.WARNING,
            summary=f"token {milliseconds(corosync.token_ms)}: a failover begins only after {total / 1000:.0f} s",
            why="until then nobody fences the lost node, and its services are down",
            fix="set token: 10s, or less",
            path=("corosync", "token"),
        )
