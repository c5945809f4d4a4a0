"""IPMI fencing by "cycle" cannot tell whether the power ever went off.

Why: with `method: cycle` the board is asked to cycle the power and is believed; the agent may report success
before the node is off, or when it never went off. Its services then start elsewhere too early.
What to do: use `method: onoff`, which switches off, looks, and switches on.
Source: fence_ipmilan(8), DESCRIPTION and method
"""

from collections.abc import Iterator

from quorate.check.context import Context, Path
from quorate.check.fencing import parameter_path
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report devices with method=cycle."""
    said: set[Path] = set()
    for device in cluster.fencing.devices:
        path = parameter_path(cluster, device, "method")
        if device.parameters.get("method") == "cycle" and path not in said:
            said.add(path)
            yield Finding(
                code="ipmi-method-cycle",
                severity=Severity.WARNING,
                summary=f"{device.id} uses method cycle",
                why="the agent may report success before the power is off, or when it never went off",
                fix="write `method: onoff`",
                path=path,
            )
