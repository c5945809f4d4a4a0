"""A clone is ordered after another clone and has no interleave.

Why: an instance then waits for all instances of the other clone, not for the one on its own node. When one node comes
or goes, the instances on all healthy nodes are restarted: one node's return interrupts the service everywhere.
What to do: add `meta: {interleave: "true"}` to the clone that comes later.
Source: Pacemaker Explained, "Clones", interleave
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report mandatory orders between two clones whose second is not interleaved."""
    for order in context.orders:
        first, then = context.clone_of(order.first), context.clone_of(order.then)
        if first is None or then is None or first.id == then.id or order.kind != "Mandatory":
            continue
        if then.meta.get("interleave", "false").lower() not in {"true", "yes", "on", "1"}:
            yield Finding(
                code="clone-interleave",
                severity=Severity.WARNING,
                summary=f"{then.id} comes after the clone {first.id}, and is not interleaved",
                why="when one node comes or goes, its instances on all healthy nodes are restarted",
                fix=f'add `meta: {{interleave: "true"}}` to {then.id}',
                path=context.path(then.id),
            )
