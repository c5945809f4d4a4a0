"""A node has fencing levels, and one of its devices stands in none of them.

Why: as soon as a node has levels, Pacemaker uses nothing else for it. The device is watched, but never asked.
What to do: add it as a further level, or take the node off the device's list.
Source: Pacemaker Explained, "Fencing Topologies"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report devices that could fence a node but are in none of its levels."""
    for node in cluster.nodes:
        levels = cluster.fencing.levels.get(node.name)
        if levels is None:
            continue
        used = {device for level in levels for device in level}
        for device in cluster.fencing.devices_for(node.name):
            if device.id not in used:
                yield Finding(
                    code="fencing-level-omits-device",
                    severity=Severity.WARNING,
                    summary=f"{device.id} could fence {node.name}, but is in none of its levels",
                    why="once a node has levels Pacemaker uses nothing else for it",
                    fix=f"add `{device.id}` as a last level of {node.name}, or take {node.name} off its nodes",
                    path=("fencing", "levels", node.name),
                )
