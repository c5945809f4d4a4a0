"""Failures are forgotten before they can add up.

Why: a resource moves when its failures reach migration-threshold. If each is forgotten within seconds they never do,
and a service that fails every minute goes on failing there; or it goes back to the bad node at once.
What to do: leave it out (10min), or choose several minutes.
Source: Pacemaker Explained, "Resource Meta-Attributes", failure-timeout
"""

from collections.abc import Iterator

from quorate import duration
from quorate.check.context import Context, Path
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report time-outs above zero and under one minute."""
    name = "failure-timeout"
    places: list[tuple[str | None, Path]] = [
        (cluster.pacemaker.resource_defaults.get(name), ("pacemaker", "resource_defaults", name))
    ]
    places += [(r.meta.get(name), context.path(r.id, "meta", name)) for r in context.resources.resources]
    for text, path in places:
        value = duration.seconds(text or "0") or 0
        if 0 < value < 60:
            yield Finding(
                code="failure-timeout-short",
                severity=Severity.WARNING,
                summary=f"a failure is forgotten after {seconds(value)}",
                why="failures do not add up to migration-threshold, so the service goes on failing, or flaps",
                fix="remove the line, or write `failure-timeout: 10min`",
                path=path,
            )
