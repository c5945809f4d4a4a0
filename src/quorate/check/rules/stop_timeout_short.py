"""The time allowed for a stop is shorter than the agent advises.

Why: of all time-outs this one costs a node: when a stop takes longer Pacemaker cannot know what state the service is
in, and fences. An orderly move under load then ends in a power cut.
What to do: leave the time-out out (the agent's advice is taken), or make it at least as long.
Source: the agent's own metadata; Pacemaker Explained, "Resource Operations", "When Implicit Operations Take a Long
Time"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report stop time-outs below the agent's own."""
    for primitive in context.primitives:
        agent = context.agent(primitive)
        advice = agent.action("stop") if agent else None
        for operation in primitive.operations:
            if operation.name != "stop" or operation.timeout_s is None or advice is None or not advice.timeout_s:
                continue
            if operation.timeout_s < advice.timeout_s:
                then = "the node is fenced" if cluster.fencing.enabled else "the resource is blocked"
                yield Finding(
                    code="stop-timeout-short",
                    severity=Severity.WARNING,
                    summary=f"{primitive.id} may take {seconds(operation.timeout_s)} to stop; {primitive.agent} "
                    f"advises {seconds(advice.timeout_s)}",
                    why=f"when the stop takes longer, {then}",
                    fix=f"set timeout: {seconds(advice.timeout_s)}, or remove it",
                    path=context.operation_path(primitive, operation),
                )
