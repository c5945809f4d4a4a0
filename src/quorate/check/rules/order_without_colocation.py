"""Two resources are ordered, and may run on different nodes.

Why: an order says when, not where. If the second needs the first on its own node (a file system, an address) it also
needs a colocation; without one they may end up apart.
What to do: add a colocation, or put both into a group, if they belong on one node.
Source: Pacemaker Explained, "Resource Constraints", "Specifying the Order in which
Resources Should Start/Stop" ("you need both an ordering constraint and a colocation constraint")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Colocation
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report mandatory orders between resources that no colocation connects, clones left out."""
    together = {
        frozenset((context.carrier(c.resource), context.carrier(c.with_resource)))
        for c in context.resources.constraints
        if isinstance(c, Colocation)
    }
    for order in context.orders:
        first, then = context.carrier(order.first), context.carrier(order.then)
        clones = context.clone_of(first) or context.clone_of(then)
        if order.kind == "Mandatory" and first != then and not clones and frozenset((first, then)) not in together:
            yield Finding(
                code="order-without-colocation",
                severity=Severity.INFO,
                summary=f"{order.then} starts after {order.first}, and may run on another node",
                why="an order says when and not where; what needs the other on its own node may end up apart",
                fix=f"add `{{colocation: {order.then}, with: {order.first}}}` if they belong on one node",
                path=context.constraint_path(order.id),
            )
