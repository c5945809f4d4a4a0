"""A resource is never looked at once it runs.

Why: without a recurring monitor Pacemaker learns of a failure only when the node itself is lost. A service that died
yesterday is still "Started".
What to do: give the monitor an interval, or leave it out: quorate writes what the agent advises.
Source: Pacemaker Explained, "Resource Operations", "Monitoring Resources for Failure"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.monitors import monitors
from quorate.check.words import seconds
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Primitive
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report monitors with interval 0 or that are disabled, where no other is left; and texts without any."""
    for primitive in context.primitives:
        given = monitors(primitive)
        if not given and primitive.id in context.as_is:
            yield _none(primitive, context)
        works = [op for op in given if op.interval_s != 0 and op.options.get("enabled", "true") != "false"]
        if given and not works:
            yield Finding(
                code="monitor-missing",
                severity=Severity.WARNING,
                summary=f"{primitive.id} is never looked at once it runs",
                why="a failure shows only when its node is lost; until then it counts as started",
                fix="write `monitor: {interval: 10s}`, or remove the operation so that the agent's advice is taken",
                path=context.operation_path(primitive, given[0]),
            )


def _none(primitive: Primitive, context: Context) -> Finding:
    agent = context.agent(primitive)
    advice = agent.action("monitor") if agent else None
    every = seconds(advice.interval_s if advice and advice.interval_s else 10)
    timeout = f" timeout={seconds(advice.timeout_s)}" if advice and advice.timeout_s else ""
    return Finding(
        code="monitor-missing",
        severity=Severity.WARNING,
        summary=f"{primitive.id} is never looked at once it runs",
        why="text of the crm shell is taken as it is, and Pacemaker monitors only what is told to be",
        fix=f"add `op monitor interval={every}{timeout}` to {primitive.id}",
        path=context.path(primitive.id),
    )
