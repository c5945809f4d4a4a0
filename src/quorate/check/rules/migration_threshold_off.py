"""A resource is restarted for ever on the node where it fails.

Why: without a threshold (0 or INFINITY) Pacemaker restarts a failed resource on the same node up to a million times.
A node that has lost its disk or its network keeps the service.
What to do: leave it out (3), so that the third failure moves the resource.
Source: Pacemaker Explained, "Resource Meta-Attributes", migration-threshold
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_OFF = {"0", "INFINITY", "1000000"}


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report thresholds that are off, in the defaults or for one resource."""
    if len(cluster.nodes) < 2:
        return
    name = "migration-threshold"
    if cluster.pacemaker.resource_defaults.get(name, "0") in _OFF:
        yield _finding("every resource", ("pacemaker", "resource_defaults", name))
    for resource in context.resources.resources:
        if resource.meta.get(name) in _OFF:
            yield _finding(resource.id, context.path(resource.id, "meta", name))


def _finding(what: str, path: tuple[str | int, ...]) -> Finding:
    return Finding(
        code="migration-threshold-off",
        severity=Severity.WARNING,
        summary=f"{what} is restarted without end where it fails",
        why="a node that lost its disk or network keeps the service, and it never works",
        fix="remove the line, or write `migration-threshold: 3`",
        path=path,
    )
