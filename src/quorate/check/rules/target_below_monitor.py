"""A resource is looked at less often than the longest outage allows.

Why: a service that dies by itself is noticed at its next monitor. If that comes later than the outage allowed, the
target is missed before anybody knows. Not so where something else notices first: a server that a process beside it
watches is found at once, and of servers that are alike, one on every node, the others go on.
What to do: shorten the interval, or allow more.
Source: Pacemaker Explained, "Resource Operations"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.monitors import monitors
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Colocation, Primitive
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report monitors whose interval is not below targets.outage_s, where nothing notices before them."""
    target = cluster.targets.outage_s
    if target is None:
        return
    for primitive in context.primitives:
        if primitive.id in context.watched or _others_serve(primitive, cluster, context):
            continue
        times = [(op.interval_s, op) for op in monitors(primitive) if op.interval_s is not None]
        interval, operation = min(times, key=lambda pair: pair[0], default=(None, None))
        if interval is not None and operation is not None and interval >= target:
            path = context.operation_path(primitive, operation)
            yield Finding(
                code="target-below-monitor",
                severity=Severity.WARNING,
                summary=f"{primitive.id} is looked at every {seconds(interval)}, and may be out for {target:g} s",
                why="when it dies by itself the time allowed is over before anybody notices",
                fix=f"set its monitor's interval to {seconds(max(1, target // 3))}, or raise outage_s",
                path=(*path, "interval") if path[0] == "resources" else (*path, "monitor"),
            )


def _others_serve(primitive: Primitive, cluster: Cluster, context: Context) -> bool:
    """Tell whether it is one of several that are alike, and nothing else stands on the node where it does."""
    clone = context.clone_of(primitive.id)
    if clone is None or clone.promotable or clone.meta.get("clone-max") == "1" or len(cluster.nodes) < 2:
        return False
    near = {context.carrier(c.with_resource) for c in context.resources.constraints if isinstance(c, Colocation)}
    first = {context.carrier(order.first) for order in context.orders if order.kind == "Mandatory"}
    return clone.id not in near | first
