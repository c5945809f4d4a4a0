"""Placement: on which nodes a resource may run at all, by location constraints and mandatory colocations. Pure.

Scores decide where among these nodes; that is Pacemaker's scheduler's business, not ours.
"""

from collections.abc import Mapping

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Colocation, Location


def allowed_nodes(cluster: Cluster, context: Context) -> Mapping[str, frozenset[str]]:
    """Return, for each top-level resource, the nodes it may run on (Pacemaker Explained, "Location constraints")."""
    everywhere = cluster.pacemaker.properties.get("symmetric-cluster", "true").lower() in {"true", "yes", "on", "1"}
    nodes = [node.name for node in cluster.nodes]
    scores: dict[str, dict[str, list[str]]] = {carrier: {} for carrier in context.carriers}
    for constraint in context.resources.constraints:
        if isinstance(constraint, Location) and constraint.role in {None, "Started", "Unpromoted"}:
            of_resource = scores.setdefault(context.carrier(constraint.resource), {})
            of_resource.setdefault(constraint.node, []).append(constraint.score)
    allowed = {
        carrier: frozenset(n for n in nodes if _may(of_resource.get(n, []), everywhere))
        for carrier, of_resource in scores.items()
    }
    for constraint in context.resources.constraints:
        if isinstance(constraint, Location) and constraint.discovery == "exclusive":
            carrier = context.carrier(constraint.resource)
            allowed[carrier] = allowed.get(carrier, frozenset()) & _exclusive(context, carrier)
    return _together(allowed, context)


def _may(scores: list[str], everywhere: bool) -> bool:
    if "-INFINITY" in scores:
        return False
    return everywhere or any(not score.startswith("-") for score in scores)


def _exclusive(context: Context, carrier: str) -> frozenset[str]:
    """Return the nodes marked exclusive for a resource: it may run nowhere else."""
    return frozenset(
        c.node
        for c in context.resources.constraints
        if isinstance(c, Location) and c.discovery == "exclusive" and context.carrier(c.resource) == carrier
    )


def _together(allowed: dict[str, frozenset[str]], context: Context) -> dict[str, frozenset[str]]:
    """Narrow each resource to the nodes of what it must be with, until nothing changes."""
    pairs = [
        (context.carrier(c.resource), context.carrier(c.with_resource))
        for c in context.resources.constraints
        if isinstance(c, Colocation) and c.score == "INFINITY" and c.with_role in {None, "Started"}
    ]
    for _ in range(len(allowed)):
        for one, other in pairs:
            if one in allowed and other in allowed:
                allowed[one] &= allowed[other]
    return allowed
