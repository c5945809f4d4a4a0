"""A floating address lies in no network of a node that may run it.

Why: IPaddr2 looks for the interface by the routing table. A node without an address in that network has no such
interface: the start fails there, and the service cannot fail over to it.
What to do: add the node's address in that network to its `addresses`, or name the interface with `nic`.
Source: ocf_heartbeat_IPaddr2(7), nic
"""

from collections.abc import Iterator

from quorate.check.addresses import floating
from quorate.check.context import Context
from quorate.check.placement import allowed_nodes
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report floating addresses with the nodes that have no address beside them."""
    allowed = allowed_nodes(cluster, context)
    for it in floating(context):
        if it.interface is not None:
            continue
        able = allowed.get(context.carrier(it.resource.id), frozenset())
        strange = [
            node.name
            for node in cluster.nodes
            if node.name in able and not any(it.address in i.network for i in (*node.links, *node.addresses))
        ]
        if strange:
            network = it.network.network if it.network else it.address
            yield Finding(
                code="floating-address-network",
                severity=Severity.WARNING,
                summary=f"{it.address} is in no network of {listed(strange)}",
                why="without an address in that network the node finds no interface for it, and the start fails there",
                fix=f"add {strange[0]}'s address in {network} to its `addresses`, or name the interface: `nic: eth0`",
                path=it.path,
            )
