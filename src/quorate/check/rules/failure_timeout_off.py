"""Failures are never forgotten.

Why: a node on which a resource once failed to start is banned for it until somebody runs a cleanup. After one bad day
there may be no node left that is allowed to run the service.
What to do: leave it out (10min), if nobody cleans up by hand.
Source: Pacemaker Explained, "Resource Meta-Attributes", failure-timeout
"""

from collections.abc import Iterator

from quorate import duration
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a default of zero."""
    text = cluster.pacemaker.resource_defaults.get("failure-timeout", "0")
    if not duration.seconds(text):
        yield Finding(
            code="failure-timeout-off",
            severity=Severity.INFO,
            summary="failures are never forgotten",
            why="each failed start bans a node until somebody runs `crm_resource --cleanup`",
            fix="remove the line, or write `failure-timeout: 10min`",
            path=("pacemaker", "resource_defaults", "failure-timeout"),
        )
