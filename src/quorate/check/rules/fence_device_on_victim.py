"""A fencing device is reached at an address of the very node it has to switch off.

Why: the device must work when the node is dead. At the node's own address nobody answers then; the board has an
address of its own, even where it shares the node's network socket.
What to do: write the address of the management board (`ipmitool lan print` on the node shows it).
Source: Clusters from Scratch, "Choose a Fence Device"; Pacemaker Explained, "Fence Devices"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import address, address_path
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report devices whose address belongs to one of their victims."""
    for device in cluster.fencing.devices:
        at = address(device)
        for node in cluster.nodes:
            if node.name in device.victims and at in {i.ip for i in (*node.links, *node.addresses)}:
                yield Finding(
                    code="fence-device-on-victim",
                    severity=Severity.ERROR,
                    summary=f"{device.id} is reached at {at}, an address of {node.name} itself",
                    why=f"when {node.name} is dead nobody answers there, so it can never be fenced",
                    fix=f"write the address of {node.name}'s management board or power switch instead of {at}",
                    path=address_path(device),
                )
