"""A DRBD clone is not told when its peers change.

Why: the agent needs Pacemaker's notifications to know about its peers. Without them it reports a configuration error
and does not start.
What to do: add `meta: {notify: "true"}` to the clone.
Source: ocf_linbit_drbd(7); DRBD User's Guide, "Integrating DRBD with Pacemaker clusters"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report promotable clones of ocf:linbit:drbd without notify."""
    for primitive in context.primitives:
        clone = context.clone_of(primitive.id)
        if (
            clone is None
            or primitive.agent is None
            or (primitive.agent.provider, primitive.agent.type)
            != (
                "linbit",
                "drbd",
            )
        ):
            continue
        if clone.meta.get("notify", "false").lower() not in {"true", "yes", "on", "1"}:
            yield Finding(
                code="drbd-without-notify",
                severity=Severity.ERROR,
                summary=f"{clone.id} runs DRBD without notifications",
                why="the agent refuses to run without them",
                fix=f'add `meta: {{notify: "true"}}` to {clone.id}',
                path=context.path(clone.id),
            )
