"""Nodes or resources say what they have or need, and Pacemaker does not look at it.

Why: utilization counts only with a placement-strategy. With the default one, resources are spread by their number, and
a node may get more than its memory holds.
What to do: add `pacemaker.properties: {placement-strategy: balanced}`.
Source: Pacemaker Explained, "Utilization and Placement Strategy"
"""

from collections.abc import Iterator

from quorate.check.context import Context, Path
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report utilization under the default strategy, at its first place."""
    if cluster.pacemaker.properties.get("placement-strategy", "default") != "default":
        return
    places: list[Path] = [("nodes", node.name, "utilization") for node in cluster.nodes if node.utilization]
    places += [context.path(p.id, "utilization") for p in context.primitives if p.utilization]
    if places:
        yield Finding(
            code="utilization-unused",
            severity=Severity.WARNING,
            summary="utilization has no effect with the default placement-strategy",
            why="resources are spread by number, and a node may get more than it can hold",
            fix="add `pacemaker.properties: {placement-strategy: balanced}`",
            path=places[0],
        )
