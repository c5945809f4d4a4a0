"""The time allowed for an operation is shorter than the agent advises.

Why: a start that is cut off counts as a failed start and bans the node; a promotion that is cut off costs the failover.
Both take longest just after a crash, when it matters. A monitor cut off on a busy node restarts a healthy service.
What to do: leave the time-out out (the agent's advice is taken), or make it at least as long.
Source: the agent's own metadata; Pacemaker Explained, "Resource Operations"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_SEVERITY = {
    "start": Severity.WARNING,
    "promote": Severity.WARNING,
    "demote": Severity.WARNING,
    "monitor": Severity.INFO,  # often shortened on purpose, to notice a hanging service sooner
}


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report time-outs of start, promote, demote and monitor below the agent's own."""
    for primitive in context.primitives:
        agent = context.agent(primitive)
        for operation in primitive.operations:
            severity = _SEVERITY.get(operation.name)
            advice = agent.action(operation.name, operation.role) if agent and severity else None
            if severity is None or advice is None or not advice.timeout_s or operation.timeout_s is None:
                continue
            if operation.timeout_s < advice.timeout_s:
                yield Finding(
                    code="operation-timeout-short",
                    severity=severity,
                    summary=f"{operation.name} of {primitive.id} may take {seconds(operation.timeout_s)}; "
                    f"{primitive.agent} advises {seconds(advice.timeout_s)}",
                    why="an operation that is cut off counts as failed, and under load they all take longer",
                    fix=f"set timeout: {seconds(advice.timeout_s)}, or remove it",
                    path=context.operation_path(primitive, operation),
                )
