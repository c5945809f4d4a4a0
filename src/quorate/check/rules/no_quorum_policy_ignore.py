"""A part of the cluster without quorum would go on as if nothing had happened.

Why: after a split every part then runs all services, and each tries to fence the others. Quorum is what keeps two
parts from doing the same work; with two nodes `two_node` solves what this setting was once used for.
What to do: remove the property; Pacemaker then stops what runs in a part without quorum.
Source: pacemaker-schedulerd(7), no-quorum-policy; Pacemaker Explained, "Cluster-Wide Configuration"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report no-quorum-policy=ignore."""
    if cluster.pacemaker.properties.get("no-quorum-policy") == "ignore":
        instead = "two_node is on already" if cluster.quorum.two_node else "the default is stop"
        yield Finding(
            code="no-quorum-policy-ignore",
            severity=Severity.ERROR,
            summary="no-quorum-policy is ignore",
            why="after a split every part runs all services and fences the others",
            fix=f"remove the line ({instead})",
            path=("pacemaker", "properties", "no-quorum-policy"),
        )
