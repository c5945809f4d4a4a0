"""A node's fencing can report success without anything having been cut off.

Why: agents for tests and for people (fence_dummy, fence_ack_manual, fence by SSH) and helpers that only test the
network (fence_heuristics_ping) answer "fenced" while the node may still be writing. Its services then run twice.
What to do: use a device that cuts power, disk or network; keep helpers as additions within a level of such a device.
Source: fence_heuristics_ping(8), fence_ack_manual(8); Pacemaker Explained, "Fence Devices"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import PRETENDING, levels
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report devices that make up a whole level without cutting anything."""
    victims: dict[str, list[str]] = {}
    for node in cluster.nodes:
        for level in levels(cluster, node):
            if level and all(device.agent in PRETENDING for device in level):
                for device in level:
                    victims.setdefault(device.id, []).append(node.name)
    for device in cluster.fencing.devices:
        if device.id in victims:
            yield Finding(
                code="fencing-pretended",
                severity=Severity.ERROR,
                summary=f"{device.agent} says it has fenced {listed(victims[device.id])} without cutting anything off",
                why="a node that still runs would be taken for dead, and its services and data used twice",
                fix="use an agent that cuts the power, e.g. `agent: fence_ipmilan`",
                path=(*device.path, "agent"),
            )
