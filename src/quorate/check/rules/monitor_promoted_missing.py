"""A promotable clone has no monitor for its promoted instance.

Why: a monitor without a role looks at unpromoted instances only. The promoted one, which does the work, is never
looked at, and its failure goes unnoticed.
What to do: add a second monitor with `role: Promoted` and an interval of its own, or leave monitors out: quorate then
writes one for each role.
Source: Pacemaker Explained, "Promotable clones", "Monitoring Promotable Clone Resources"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.monitors import monitors
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report given monitors of promotable clones' primitives that leave the promoted role out."""
    for primitive in context.primitives:
        clone, given = context.clone_of(primitive.id), monitors(primitive)
        if clone is None or not clone.promotable or not given or any(op.role == "Promoted" for op in given):
            continue
        other = max(2, (given[0].interval_s or 10) - 1)
        yield Finding(
            code="monitor-promoted-missing",
            severity=Severity.WARNING,
            summary=f"the promoted instance of {clone.id} is never looked at",
            why="a monitor without a role runs on unpromoted instances only",
            fix=f"add a monitor {{interval: {seconds(other)}, role: Promoted}} to {primitive.id}",
            path=context.operation_path(primitive, given[0]),
        )
