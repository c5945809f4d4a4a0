"""Nodes are fenced by nothing but the management board inside them.

Why: the board loses power together with its machine. After a failed power supply it does not answer, fencing is
retried in vain, and the services of that node wait until somebody looks.
What to do: add a second level that does not share the node's power: a switched outlet, or a watchdog with SBD.
Source: Pacemaker Explained, "Fence Devices" ("should not be used as the sole fencing device")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import ON_BOARD, PRETENDING
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report, once, which nodes have no way of being fenced without their own power."""
    fencing = cluster.fencing
    if not fencing.enabled or fencing.watchdog_timeout_s > 0:
        return
    nodes = [
        node
        for node in cluster.nodes
        if (devices := fencing.devices_for(node.name))
        and all(device.agent in ON_BOARD | PRETENDING for device in devices)
    ]
    if nodes:
        who = listed(node.name for node in nodes) if len(nodes) < 5 else f"{len(nodes)} nodes"
        yield Finding(
            code="fencing-onboard-only",
            severity=Severity.INFO,
            summary=f"{who} can be fenced by the board inside only",
            why="the board loses power with its machine; after a failed power supply fencing cannot succeed",
            fix="add a device on other power, e.g. `fencing.devices: {pdu: {agent: fence_apc, ...}}`, as second level",
            path=fencing.devices_for(nodes[0].name)[0].path,
        )
