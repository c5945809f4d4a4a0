"""An operation in a text of the crm shell has no time-out, and the default is shorter than the agent advises.

Why: quorate completes its own resources by the agents' advice, and takes a text as it is. An operation that it does not
mention, or mentions without a time-out, gets what `op_defaults` says, else the 20 s that Pacemaker takes. Stopping a
database can take longer, and a stop that is cut off gets the node fenced.
What to do: write the operation with the time-out that the agent advises, or raise the default.
Source: Pacemaker Explained, "Resource Operations"; the agent's own metadata
"""

from collections.abc import Iterator

from quorate import duration
from quorate.check.context import Context
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Primitive
from quorate.findings import Finding, Severity

PACEMAKERS_S = 20.0


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report start, stop, promote and demote that are cut off before the agent's own time-out, once a resource."""
    default = duration.seconds(cluster.pacemaker.operation_defaults.get("timeout", "")) or PACEMAKERS_S
    for primitive in context.primitives:
        short = dict(_short(primitive, context, default)) if primitive.id in context.as_is else {}
        if short:
            named = " and ".join(short)
            parts = " ".join(f"op {name} timeout={seconds(advice)}" for name, advice in short.items())
            yield Finding(
                code="operation-timeout-default",
                severity=Severity.WARNING,
                summary=f"{named} of {primitive.id} may take {seconds(default)}; "
                f"{primitive.agent} advises {' and '.join(map(seconds, short.values()))}",
                why="text of the crm shell is taken as it is, and a time-out that it leaves out is the default",
                fix=f"add `{parts} interval=0`",
                path=context.path(primitive.id),
            )


def _short(primitive: Primitive, context: Context, default: float) -> Iterator[tuple[str, float]]:
    agent, clone = context.agent(primitive), context.clone_of(primitive.id)
    names = ("start", "stop", "promote", "demote") if clone is not None and clone.promotable else ("start", "stop")
    for name in names if agent else ():
        given = [op for op in primitive.operations if op.name == name and op.timeout_s is not None]
        advice = agent.action(name) if agent else None
        if not given and advice is not None and advice.timeout_s and advice.timeout_s > default:
            yield name, advice.timeout_s
