"""A resource that cannot start is tried again on the same node without end.

Why: start-failure-is-fatal=false leaves it to migration-threshold to give up on a node. If that is off as well, the
service is started and fails there for ever, while other nodes could run it.
What to do: remove the property, or set a migration-threshold.
Source: pacemaker-schedulerd(7), start-failure-is-fatal
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report start-failure-is-fatal=false without a threshold."""
    fatal = cluster.pacemaker.properties.get("start-failure-is-fatal", "true").lower()
    threshold = cluster.pacemaker.resource_defaults.get("migration-threshold", "0")
    if fatal in {"false", "no", "off", "0"} and threshold in {"0", "INFINITY", "1000000"}:
        yield Finding(
            code="start-failure-retried",
            severity=Severity.WARNING,
            summary="a failing start is repeated on the same node for ever",
            why="neither the first failure nor a number of failures moves the resource to another node",
            fix="remove the line, or set `resource_defaults: {migration-threshold: 3}`",
            path=("pacemaker", "properties", "start-failure-is-fatal"),
        )
