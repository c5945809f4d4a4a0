"""Nodes that were never seen are taken for harmless.

Why: with startup-fencing=false a cluster that starts without seeing some node does not fence it, although that node
may be running everything. Its services are then started a second time.
What to do: remove the property.
Source: pacemaker-schedulerd(7), startup-fencing ("may lead to a split-brain situation")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report startup-fencing=false."""
    if cluster.pacemaker.properties.get("startup-fencing", "true").lower() in {"false", "no", "off", "0"}:
        yield Finding(
            code="startup-fencing-off",
            severity=Severity.ERROR,
            summary="nodes that were not seen at the start are not fenced",
            why="they may be running the services that are then started a second time",
            fix="remove the line",
            path=("pacemaker", "properties", "startup-fencing"),
        )
