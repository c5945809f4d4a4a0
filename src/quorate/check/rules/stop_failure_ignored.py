"""A failed stop is ignored.

Why: Pacemaker then goes on as if the service had stopped and starts it on another node, while it may still run and
write where it was.
What to do: remove `on_fail`; with fencing the node is switched off, which is what makes the next start safe.
Source: Pacemaker Explained, "Resource Operations", on-fail
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report stop with on_fail ignore, and, as a warning, with block."""
    for primitive in context.primitives:
        for operation in primitive.operations:
            if operation.name == "stop" and operation.on_fail in {"ignore", "block"}:
                ignored = operation.on_fail == "ignore"
                yield Finding(
                    code="stop-failure-ignored",
                    severity=Severity.ERROR if ignored else Severity.WARNING,
                    summary=f"a failed stop of {primitive.id} is "
                    + ("ignored" if ignored else "left to somebody to look at"),
                    why="it is started elsewhere although it may still run here"
                    if ignored
                    else "the service stays down until somebody comes; fencing would have made it safe to start",
                    fix="remove `on_fail`",
                    path=(*context.operation_path(primitive, operation), "on_fail"),
                )
