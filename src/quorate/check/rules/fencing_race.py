"""Two nodes that lose sight of each other may switch each other off.

Why: with two_node both halves keep quorum, and both fence at the same moment. Management boards are slow enough
that both orders succeed: the whole cluster is down, where half of it should have gone on.
What to do: leave the default (the first node is favoured by 2s), or set `fencing.delay: {favour: NODE, by: 2s}`.
Source: pacemaker-fenced(7), pcmk_delay_base; Clusters from Scratch, "Configure Fencing"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.fencing import delay_s
from quorate.check.priorities import any_priority
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report two nodes whose fencing starts at the same moment on both sides."""
    fencing = cluster.fencing
    alone = cluster.quorum.two_node and cluster.quorum.device is None
    if len(cluster.nodes) != 2 or not alone or not fencing.enabled or not fencing.devices:
        return
    first, second = cluster.nodes
    prefers = fencing.priority_delay_s > 0 and any_priority(cluster, context)
    random = any(device.delay_max_s > device.delay_base_s for device in fencing.devices)
    if prefers or random or delay_s(cluster, first) != delay_s(cluster, second):
        return
    yield Finding(
        code="fencing-race",
        severity=Severity.WARNING,
        summary=f"{first.name} and {second.name} would fence each other at the same moment",
        why="when the link between them fails both have quorum, both fence, and both can succeed: everything is down",
        fix=f"write `fencing.delay: {{favour: {first.name}, by: 2s}}`",
        path=("fencing", "delay") if ("fencing", "delay") in cluster.given else ("fencing",),
    )
