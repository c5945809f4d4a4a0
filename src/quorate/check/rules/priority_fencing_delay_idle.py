"""priority-fencing-delay is set, but no resource has a priority.

Why: it compares the summed priorities of what runs on each side. With all of them 0 there is nothing to compare,
and the delay never applies: the race it should decide is open.
What to do: give resources a priority, e.g. `pacemaker.resource_defaults: {priority: 1}`.
Source: pacemaker-schedulerd(7), priority-fencing-delay
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.priorities import any_priority
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report a priority delay that can never apply."""
    if cluster.fencing.priority_delay_s > 0 and not any_priority(cluster, context):
        yield Finding(
            code="priority-fencing-delay-idle",
            severity=Severity.WARNING,
            summary="priority_delay has no effect: no resource has a priority",
            why="it favours the side whose resources have the higher summed priority, and all of them are 0",
            fix="add `pacemaker.resource_defaults: {priority: 1}`, or a `priority` in the meta of what matters most",
            path=("fencing", "priority_delay"),
        )
