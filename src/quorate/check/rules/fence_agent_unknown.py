"""A fencing device uses an agent that quorate does not know.

Why: a misspelt agent is found out only when the device is started, and until then nobody is fenced. quorate knows
the agents of Debian 12's fence-agents; others may exist on your hosts, but their parameters go unchecked.
What to do: correct the name, or be sure that the agent is installed on every node (`stonith_admin -I` lists them).
Source: stonith_admin(8), --list-installed
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import nearest, perhaps
from quorate.describe.cluster import Cluster
from quorate.describe.resources import AgentName
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report devices whose agent is in no list."""
    known = [name.removeprefix("stonith:") for name in context.agents.names() if name.startswith("stonith:")]
    for device in cluster.fencing.devices:
        if context.agents.get(AgentName("stonith", None, device.agent)) is None:
            like = nearest(device.agent, known)
            yield Finding(
                code="fence-agent-unknown",
                severity=Severity.WARNING,
                summary=f"{device.agent} is no fence agent quorate knows{perhaps(device.agent, known)}",
                why="an agent that is not installed fences nobody, and that shows only when it is needed",
                fix=f"write `agent: {like}`" if like else "look for the agent with `stonith_admin -I` on a node",
                path=(*device.path, "agent"),
            )
