"""Orders go round in a circle.

Why: each waits for the other, so none of them ever starts. Pacemaker reports nothing wrong.
What to do: remove one of the orders.
Source: Pacemaker Explained, "Resource Constraints", "Specifying the Order in which Resources Should Start/Stop"
"""

from collections.abc import Iterator
from itertools import pairwise

from quorate.check.context import Context
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Group, Order
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report each order that closes a circle of starts; the order inside groups counts as well."""
    after: dict[str, set[str]] = {}
    for resource in context.resources.resources:
        if isinstance(resource, Group):
            for one, other in pairwise(resource.members):
                after.setdefault(one, set()).add(other)
    for order in context.orders:
        if order.kind != "Mandatory" or not _starts(order):
            continue
        circle = _way(after, order.then, order.first)
        if circle:
            yield Finding(
                code="order-loop",
                severity=Severity.ERROR,
                summary=f"{listed(circle)} wait for each other",
                why="each waits for the other to start, so none ever does",
                fix=f"remove this order, or the one that puts {order.then} first",
                path=context.constraint_path(order.id),
            )
        after.setdefault(order.first, set()).add(order.then)


def _starts(order: Order) -> bool:
    return order.first_action in {None, "start"} and order.then_action in {None, "start"}


def _way(after: dict[str, set[str]], start: str, end: str) -> list[str]:
    """Return the resources on a way from `start` to `end`, both included, or nothing."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == end:
            return way
        for step in sorted(after.get(way[-1], set()) - seen):
            seen.add(step)
            ways.append([*way, step])
    return []
