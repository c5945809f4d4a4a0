"""A resource uses an agent that quorate does not know.

Why: where the agent is not installed the resource cannot start on any node ("not installed"). quorate knows the agents
of Debian 12's packages; others may exist on your hosts, but their parameters and time-outs go unchecked.
What to do: correct the name, or be sure that it is installed everywhere (`crm_resource --list-agents ocf:PROVIDER`).
Source: crm_resource(8), --list-agents; OCF Resource Agent API 1.1
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import nearest, perhaps
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_CHECKED = {"heartbeat", "pacemaker"}  # the providers whose agents quorate knows all of


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report OCF agents of known providers that are in no list; others only as a remark."""
    known = [name for name in context.agents.names() if name.startswith("ocf:")]
    for primitive in context.primitives:
        agent = primitive.agent
        if agent is None or agent.standard != "ocf" or context.agents.get(agent) is not None:
            continue
        like = nearest(str(agent), known)
        yield Finding(
            code="resource-agent-unknown",
            severity=Severity.WARNING if agent.provider in _CHECKED else Severity.INFO,
            summary=f"{agent} is no agent quorate knows{perhaps(str(agent), known)}",
            why="an agent that is not installed starts on no node, and quorate cannot check its settings",
            fix=f"write `{like}`" if like else "see that it is installed on every node",
            path=context.path(primitive.id, "primitive"),
        )
