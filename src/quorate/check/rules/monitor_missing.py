"""A resource is never looked at once it runs.

Why: without a recurring monitor Pacemaker learns of a failure only when the node itself is lost. A service that died
yesterday is still "Started".
What to do: give the monitor an interval, or leave it out: quorate writes what the agent advises.
Source: Pacemaker Explained, "Resource Operations", "Monitoring Resources for Failure"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.monitors import monitors
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report monitors with interval 0 or that are disabled, where no other is left."""
    for primitive in context.primitives:
        given = monitors(primitive)
        works = [op for op in given if op.interval_s != 0 and op.options.get("enabled", "true") != "false"]
        if given and not works:
            yield Finding(
                code="monitor-missing",
                severity=Severity.WARNING,
                summary=f"{primitive.id} is never looked at once it runs",
                why="a failure shows only when its node is lost; until then it counts as started",
                fix="write `monitor: {interval: 10s}`, or remove the operation so that the agent's advice is taken",
                path=context.operation_path(primitive, given[0]),
            )
