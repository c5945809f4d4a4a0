"""An operation that happens once has an interval.

Why: only monitors recur. Pacemaker refuses a start or stop with an interval, and ignores what else it says.
What to do: remove the interval; the time an operation may take is its `timeout`.
Source: Pacemaker Explained, "Resource Operations", interval
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_ONCE = {"start", "stop", "promote", "demote", "notify", "migrate_to", "migrate_from"}


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report intervals of operations other than monitor."""
    for primitive in context.primitives:
        for operation in primitive.operations:
            if operation.name in _ONCE and operation.interval_s:
                yield Finding(
                    code="operation-recurring",
                    severity=Severity.ERROR,
                    summary=f"{operation.name} of {primitive.id} has an interval of {seconds(operation.interval_s)}",
                    why=f"Pacemaker refuses it: {operation.name} cannot recur",
                    fix=f"write `timeout: {seconds(operation.interval_s)}` if that was meant, or remove it",
                    path=(*context.operation_path(primitive, operation), "interval"),
                )
