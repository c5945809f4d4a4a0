"""A failed monitor or start is ignored.

Why: the failure is written down and nothing is done. The service stays broken and counts as started.
What to do: remove `on_fail`, so that the resource is restarted.
Source: Pacemaker Explained, "Resource Operations", on-fail
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report on_fail ignore of every operation but stop."""
    for primitive in context.primitives:
        for operation in primitive.operations:
            if operation.name != "stop" and operation.on_fail == "ignore":
                yield Finding(
                    code="failure-ignored",
                    severity=Severity.WARNING,
                    summary=f"a failed {operation.name} of {primitive.id} is ignored",
                    why="the service stays broken, and counts as started",
                    fix="remove `on_fail`",
                    path=(*context.operation_path(primitive, operation), "on_fail"),
                )
