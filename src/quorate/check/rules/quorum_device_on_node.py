"""The quorum device is one of the cluster's own nodes.

Why: its vote is there for the moment when a node is lost. On that node it is lost together with it, and the others
are worse off than without a device.
What to do: run corosync-qnetd on a host outside the cluster, best at a third site.
Source: corosync-qnetd(8); corosync-qdevice(8)
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster, Node
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a device whose host is a node, by name or address."""
    device = cluster.quorum.device
    node = next((node for node in cluster.nodes if device and device.host in _names(node)), None)
    if node is not None and device is not None:
        called = f"{device.host} is" if device.host == node.name else f"{device.host} is an address of"
        yield Finding(
            code="quorum-device-on-node",
            severity=Severity.ERROR,
            summary=f"the quorum device runs on {node.name}, a node of this cluster",
            why=f"{called} {node.name}: when it is lost, its own vote and the device's are lost together",
            fix="name a host outside the cluster",
            path=("quorum", "device", "host"),
        )


def _names(node: Node) -> set[str]:
    return {node.name, node.ssh.host} | {str(interface.ip) for interface in (*node.links, *node.addresses)}
