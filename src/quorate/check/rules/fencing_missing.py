"""A node has no device that could fence it.

Why: before Pacemaker starts a lost node's services elsewhere it has that node switched off. With no device for it
the fencing fails for ever, the node stays "UNCLEAN", and what ran on it stays down (Pacemaker still shows it as
started). The cluster guards against every failure but the one it is built for.
What to do: add an IPMI address to the node, or name it under a device in `fencing.devices`.
Source: Clusters from Scratch, "Configure Fencing"; Pacemaker Explained, "Fencing"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report each node without a device, or once that there is no device at all."""
    fencing = cluster.fencing
    if not fencing.enabled or fencing.watchdog_timeout_s > 0 or len(cluster.nodes) == 1:
        return
    why = "a lost node must be switched off before its services start elsewhere; without a device they stay down"
    if not fencing.devices:
        yield Finding(
            code="fencing-missing",
            severity=Severity.ERROR,
            summary="no node has a fencing device",
            why=why,
            fix=f"add `fencing: {{ipmi: ADDRESS}}` to {cluster.nodes[0].name} and to every other node",
            path=("fencing",) if ("fencing",) in cluster.given else ("nodes",),
        )
        return
    for node in cluster.nodes:
        if not fencing.devices_for(node.name):
            yield Finding(
                code="fencing-missing",
                severity=Severity.ERROR,
                summary=f"nothing can fence {node.name}",
                why=why,
                fix=f"add `fencing: {{ipmi: ADDRESS}}` to {node.name}, or name it under a device of `fencing.devices`",
                path=("nodes", node.name),
            )
