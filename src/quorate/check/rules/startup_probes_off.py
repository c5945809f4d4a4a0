"""Pacemaker does not look what already runs on a node that joins.

Why: it then takes for granted that nothing does. A service that the system started at boot, or that was left running,
is started a second time elsewhere.
What to do: remove the property.
Source: pacemaker-schedulerd(7), enable-startup-probes
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report enable-startup-probes=false."""
    if cluster.pacemaker.properties.get("enable-startup-probes", "true").lower() in {"false", "no", "off", "0"}:
        yield Finding(
            code="startup-probes-off",
            severity=Severity.WARNING,
            summary="what already runs on a node is not looked at",
            why="a service that was started at boot or left running is started a second time elsewhere",
            fix="remove the line",
            path=("pacemaker", "properties", "enable-startup-probes"),
        )
