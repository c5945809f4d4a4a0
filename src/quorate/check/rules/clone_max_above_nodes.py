"""A clone is to have more instances than there are nodes.

Why: the instances beyond the nodes never run; they stand in every status as stopped, and hide one that failed. Somebody
may have meant more nodes.
What to do: remove clone-max (it is the number of nodes by default), or lower it.
Source: Pacemaker Explained, "Clone Options", clone-max
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report clone-max above what the nodes can hold."""
    for clone in context.clones.values():
        most, each = clone.meta.get("clone-max", ""), clone.meta.get("clone-node-max", "1")
        if not most.isdigit() or not each.isdigit():
            continue
        room = len(cluster.nodes) * max(1, int(each))
        if int(most) > room:
            yield Finding(
                code="clone-max-above-nodes",
                severity=Severity.WARNING,
                summary=f"{clone.id} is to have {most} instances, and {room} have a place",
                why="the others are stopped for ever, and hide one that failed",
                fix="remove clone-max, or lower it",
                path=context.path(clone.id, "meta", "clone-max"),
            )
