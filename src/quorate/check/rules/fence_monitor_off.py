"""A fencing device is never tested while the cluster runs.

Why: a board that was unplugged, or whose password was changed, is noticed only when a node has to be fenced, and
then the services of that node stay down.
What to do: leave the default (`monitor: 60s`) or choose a longer interval, an hour at most.
Source: Pacemaker Explained, "Fencing"; Clusters from Scratch, "Configure Fencing"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report devices without a monitor, or with one every few hours."""
    for device in cluster.fencing.devices:
        interval = device.monitor_interval_s
        if interval == 0 or interval > 3600:
            how = "never tested" if interval == 0 else f"tested only every {seconds(interval)}"
            yield Finding(
                code="fence-monitor-off",
                severity=Severity.WARNING,
                summary=f"{device.id} is {how}",
                why="a device that lost its cable or password shows only when somebody must be fenced",
                fix="write `monitor: 60s`, or remove the line",
                path=(*device.path, "monitor"),
            )
