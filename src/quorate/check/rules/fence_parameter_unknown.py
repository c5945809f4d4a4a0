"""A fencing device is given a parameter its agent does not have.

Why: fence agents ignore what they do not know, so a misspelt parameter silently has no effect: the device runs
with the default instead of the outlet, method or time-out you meant.
What to do: correct the name; `fence_AGENT -o metadata` prints all of them.
Source: the agent's own metadata; pacemaker-fenced(7) for the parameters that begin with pcmk_
"""

from collections.abc import Iterator

from quorate.catalog.agents import fencer_parameters
from quorate.check.context import Context, Path
from quorate.check.fencing import parameter_path
from quorate.check.words import nearest, perhaps
from quorate.describe.cluster import Cluster
from quorate.describe.resources import AgentName
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report parameters that neither the agent nor Pacemaker's fencer knows."""
    said: set[Path] = set()  # what stands under fencing.ipmi is said once for all boards
    for device in cluster.fencing.devices:
        agent = context.agents.get(AgentName("stonith", None, device.agent))
        if agent is None:
            continue
        known = [*agent.parameters, *fencer_parameters()]
        for name in device.parameters:
            path = parameter_path(cluster, device, name)
            if name not in known and path not in said:
                said.add(path)
                like = nearest(name, known)
                yield Finding(
                    code="fence-parameter-unknown",
                    severity=Severity.WARNING,
                    summary=f"{device.agent} has no parameter {name}{perhaps(name, known)}",
                    why="fence agents ignore what they do not know, so this setting has no effect",
                    fix=f"write `{like}`" if like else f"see `{device.agent} -o metadata`, or remove it",
                    path=path,
                )
