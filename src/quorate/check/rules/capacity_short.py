"""With one node lost the others cannot hold everything.

Why: a cluster is built for the loss of a node. If the resources then need more memory (or whatever is counted) than
the remaining nodes have, some of them stay stopped.
What to do: add capacity, or give the dispensable resources a lower priority and accept it.
Source: Pacemaker Explained, "Utilization and Placement Strategy"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster, Node
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report each kind of capacity of which N-1 nodes have too little (clones are counted once)."""
    if cluster.pacemaker.properties.get("placement-strategy", "default") == "default" or len(cluster.nodes) < 2:
        return
    for kind in sorted({kind for p in context.primitives for kind in p.utilization}):
        largest = max(cluster.nodes, key=lambda node: _amount(node, kind))
        left = sum(_amount(node, kind) for node in cluster.nodes) - _amount(largest, kind)
        needed = sum(_number(p.utilization.get(kind, "0")) for p in context.primitives)
        if needed > left:
            yield Finding(
                code="capacity-short",
                severity=Severity.WARNING,
                summary=f"without {largest.name} the others have {kind} {left}, and the resources need {needed}",
                why=f"when {largest.name} is lost, some resources stay stopped",
                fix=f"add {kind} {needed - left} to the other nodes, or let the resources need less",
                path=("nodes", largest.name, "utilization", kind),
            )


def _amount(node: Node, kind: str) -> int:
    return _number(node.utilization.get(kind, "0"))


def _number(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else 0
