"""Two monitors of a resource have the same interval.

Why: Pacemaker tells operations apart by name and interval. It refuses a configuration with two alike ("duplicate"),
and of a promotable clone one role would never be looked at.
What to do: make them differ, by a second if need be.
Source: Pacemaker Explained, "Operation Properties" ("this combination must be unique for each resource")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.monitors import monitors
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report the second of two monitors with one interval, the agent's advice filled in."""
    for primitive in context.primitives:
        agent = context.agent(primitive)
        seen: set[float] = set()
        for operation in monitors(primitive):
            advice = agent.action("monitor", operation.role) if agent else None
            interval = operation.interval_s
            if interval is None:
                interval = (advice.interval_s if advice else None) or 10.0
            if interval in seen:
                yield Finding(
                    code="monitor-intervals-equal",
                    severity=Severity.ERROR,
                    summary=f"{primitive.id} has two monitors every {seconds(interval)}",
                    why="Pacemaker tells them apart by interval only, and refuses two that are alike",
                    fix=f"set one to {seconds(interval + 1)}",
                    path=context.operation_path(primitive, operation),
                )
            seen.add(interval)
