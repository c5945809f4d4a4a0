"""The cluster would be built in maintenance mode.

Why: Pacemaker then starts, stops and watches nothing. Every service shows as unmanaged, and no failure is recovered.
What to do: remove the property; maintenance is an operation, not a setting.
Source: pacemaker-schedulerd(7), maintenance-mode
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_WHY = {
    "maintenance-mode": "nothing is started, stopped or watched, and no failure is recovered",
    "stop-all-resources": "every service stays stopped",
}


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report maintenance-mode and stop-all-resources."""
    for name, why in _WHY.items():
        if cluster.pacemaker.properties.get(name, "false").lower() in {"true", "yes", "on", "1"}:
            yield Finding(
                code="maintenance-mode",
                severity=Severity.WARNING,
                summary=f"{name} is on",
                why=why,
                fix="remove the line; it is set and lifted while working on the cluster, not in its description",
                path=("pacemaker", "properties", name),
            )
