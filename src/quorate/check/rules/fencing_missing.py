"""A node has no device that could fence it.

Why: before Pacemaker starts a lost node's services elsewhere it has that node switched off. With no device for it
the fencing fails for ever, the node stays "UNCLEAN", and what ran on it stays down (Pacemaker still shows it as
started). With no device at all Pacemaker starts nothing ("Resource start-up disabled since no STONITH resources have
been defined").
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
    if not fencing.enabled or fencing.watchdog_timeout_s > 0:
        return
    alone = len(cluster.nodes) == 1
    why = "a lost node must be switched off before its services start elsewhere; without a device they stay down"
    if not fencing.devices:
        yield Finding(
            code="fencing-missing",
            severity=Severity.ERROR,
            summary="no node has a fencing device",
            why="Pacemaker starts no resource at all while fencing is on and nothing can fence",
            fix="write `fencing: {enabled: false}`: with a single node there is nobody to fence it"
            if alone
            else f"add `fencing: {{ipmi: ADDRESS}}` to {cluster.nodes[0].name} and to every other node",
            path=("fencing",) if ("fencing",) in cluster.given else ("nodes",),
        )
        return
    for node in cluster.nodes:
        if not alone and not fencing.devices_for(node.name):
            yield Finding(
                code="fencing-missing",
                severity=Severity.ERROR,
                summary=f"nothing can fence {node.name}",
                why=why,
                fix=f"add `fencing: {{ipmi: ADDRESS}}` to {node.name}, or name it under a device of `fencing.devices`",
                path=("nodes", node.name),
            )
