"""A resource lacks a parameter without which its agent does not run.

Why: the agent answers "not configured" on every node, and Pacemaker gives the resource up for good.
What to do: add the parameter.
Source: the agent's own metadata (required="1"); OCF Resource Agent API 1.1, "Parameter passing"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report required parameters that are neither given nor have a default."""
    fences = {device.id for device in cluster.fencing.devices}  # of which other rules speak
    for primitive in context.primitives:
        agent = context.agent(primitive) if primitive.id not in fences else None
        for name in agent.must_be_given() if agent else ():
            if name not in primitive.parameters:
                yield Finding(
                    code="resource-parameter-missing",
                    severity=Severity.ERROR,
                    summary=f"{primitive.id} lacks {name}, which {primitive.agent} requires",
                    why="the agent refuses to run, on every node",
                    fix=f"add `{name}: ...` to the parameters of {primitive.id}",
                    path=context.path(primitive.id, "parameters"),
                )
