"""A resource may run on one node only.

Why: when that node is lost there is nowhere to go: the cluster restarts it, and keeps it alive no better than systemd.
What to do: allow it on a second node, if it is meant to survive.
Source: Pacemaker Explained, "Resource Constraints", "Deciding Which Nodes a Resource Can Run On"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.placement import allowed_nodes
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report resources (clones left out) with a single node."""
    if len(cluster.nodes) < 2:
        return
    for resource, nodes in allowed_nodes(cluster, context).items():
        if len(nodes) == 1 and context.clone_of(resource) is None:
            only = next(iter(nodes))
            listed = ("services", resource, "nodes")
            yield Finding(
                code="resource-on-one-node",
                severity=Severity.WARNING,
                summary=f"{resource} may run on {only} only",
                why=f"when {only} is lost it is down until {only} is back",
                fix=f"allow it on a second node, e.g. {next(n.name for n in cluster.nodes if n.name != only)}",
                path=listed if listed in cluster.given else context.path(resource),
            )
