"""A resource is given a parameter its agent does not have.

Why: agents do not look at what they do not know. A misspelt parameter has no effect, and the resource runs with the
default instead of what you meant.
What to do: correct the name; `crm_resource --show-metadata AGENT` prints all of them.
Source: the agent's own metadata; crm_resource(8), --show-metadata
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import nearest, perhaps
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_EVERYWHERE = {"trace_ra", "trace_file"}  # understood by resource-agents' own shell library


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report parameters that the agent's metadata does not have; systemd units have none at all."""
    fences = {device.id for device in cluster.fencing.devices}  # of which other rules speak
    for primitive in context.primitives:
        agent = context.agent(primitive) if primitive.id not in fences else None
        if agent is None or (not agent.parameters and primitive.agent and primitive.agent.standard == "ocf"):
            continue
        if context.path(primitive.id)[0] == "services":  # no user wrote it, and its kind knows why
            continue
        for name in primitive.parameters:
            if name not in agent.parameters and name not in _EVERYWHERE:
                like = nearest(name, agent.parameters)
                yield Finding(
                    code="resource-parameter-unknown",
                    severity=Severity.WARNING,
                    summary=f"{primitive.agent} has no parameter {name}{perhaps(name, agent.parameters)}",
                    why="agents do not look at what they do not know, so this has no effect",
                    fix=f"write `{like}`" if like else "remove it",
                    path=context.path(primitive.id, "parameters", name),
                )
