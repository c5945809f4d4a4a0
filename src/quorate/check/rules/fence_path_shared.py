"""Fencing goes over the only network the cluster has.

Why: when that network fails, the nodes lose each other and their fencing devices in one go. Nobody can be fenced,
and recovery waits until the network is back.
What to do: put the management boards on a network of their own, or give the cluster a second link.
Source: Pacemaker Explained, "Fence Devices"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import address, address_path
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report, once, that the devices lie in the network of the only link."""
    if any(len(node.links) != 1 for node in cluster.nodes) or not cluster.fencing.enabled:
        return
    for device in cluster.fencing.devices:
        at = address(device)
        network = next((n for n in cluster.networks(0) if at is not None and at in n), None)
        if network is not None:
            yield Finding(
                code="fence-path-shared",
                severity=Severity.INFO,
                summary=f"{device.id} is in {network}, the network of the only cluster link",
                why="when that network fails, nodes lose each other and their fencing devices at once",
                fix="move the management boards to a network of their own, or add a second link to every node",
                path=address_path(device),
            )
            return
