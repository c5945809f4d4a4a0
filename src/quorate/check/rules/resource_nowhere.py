"""A resource may run on no node.

Why: location constraints (or symmetric-cluster=false, or what it must run together with) leave nothing. It stays
stopped, and Pacemaker says so only in passing.
What to do: allow it on at least two nodes.
Source: Pacemaker Explained, "Resource Constraints", "Deciding Which Nodes a Resource Can Run On"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.placement import allowed_nodes
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report resources without a node that is allowed."""
    opt_in = cluster.pacemaker.properties.get("symmetric-cluster", "true").lower() in {"false", "no", "off", "0"}
    for resource, nodes in allowed_nodes(cluster, context).items():
        if not nodes:
            yield Finding(
                code="resource-nowhere",
                severity=Severity.ERROR,
                summary=f"{resource} may run on no node",
                why="with symmetric-cluster=false a resource runs only where a location allows it"
                if opt_in
                else "location constraints, its own or of what it must be with, exclude every node",
                fix=f"add `{{location: {resource}, node: {cluster.nodes[0].name}, score: 100}}`, and one more node"
                if opt_in
                else "remove one of the constraints with score -INFINITY",
                path=context.path(resource),
            )
