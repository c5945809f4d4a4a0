"""One systemd unit is run by two resources.

Why: a unit exists once on a host. When one of the resources is stopped there (because it moves) it takes the unit away
from the other, which counts as a failure.
What to do: use one resource, or two instances of a template unit (`unit@a`, `unit@b`).
Source: Pacemaker Explained, "Resource Classes", "Systemd"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report the second resource of a unit."""
    first: dict[str, str] = {}
    for primitive in context.primitives:
        agent = primitive.agent
        if agent is None or agent.standard not in {"systemd", "service"}:
            continue
        unit = agent.type.removesuffix(".service")
        earlier = first.setdefault(unit, primitive.id)
        if earlier != primitive.id:
            yield Finding(
                code="unit-run-twice",
                severity=Severity.ERROR,
                summary=f"{primitive.id} and {earlier} both run the unit {unit}",
                why="on one node they are the same process: stopping one stops the other",
                fix=f"use {earlier} for both purposes, or two instances of a template unit",
                path=context.path(primitive.id),
            )
