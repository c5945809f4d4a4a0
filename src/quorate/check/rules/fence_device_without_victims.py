"""A fencing device names no node that it fences.

Why: Pacemaker then asks the device itself which machines it knows; what it answers (outlet names, nothing at all)
seldom matches node names, so the device is never used, or is used for a node it cannot switch.
What to do: list the nodes, and their outlets where the device numbers them: `nodes: {n1: "3", n2: "4"}`.
Source: pacemaker-fenced(7), pcmk_host_check
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report devices without victims."""
    names = ", ".join(f'{node.name}: "OUTLET"' for node in cluster.nodes[:2])
    for device in cluster.fencing.devices:
        if not device.victims:
            yield Finding(
                code="fence-device-without-victims",
                severity=Severity.WARNING,
                summary=f"{device.id} fences no node",
                why="Pacemaker would ask the device for its machines, and what it answers seldom matches node names",
                fix=f"write which nodes it switches: `nodes: {{{names}}}`",
                path=device.path,
            )
