"""Two colocations demand opposite things of one pair.

Why: one says always together, the other never. One of the two resources stays stopped.
What to do: remove the one that is wrong.
Source: Pacemaker Explained, "Resource Constraints", "Placing Resources Relative to other Resources"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Colocation
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report the second of two colocations with INFINITY and -INFINITY, members of one group included."""
    seen: dict[frozenset[object], Colocation] = {}
    for constraint in context.resources.constraints:
        if not isinstance(constraint, Colocation) or constraint.score not in {"INFINITY", "-INFINITY"}:
            continue
        one, other = context.carrier(constraint.resource), context.carrier(constraint.with_resource)
        inside = one == other and constraint.score == "-INFINITY" and context.clone_of(one) is None
        pair: frozenset[object] = frozenset(((one, constraint.role), (other, constraint.with_role)))
        earlier = seen.setdefault(pair, constraint)
        if inside or earlier.score != constraint.score:
            yield Finding(
                code="colocation-contradiction",
                severity=Severity.ERROR,
                summary=f"{constraint.resource} and {constraint.with_resource} must always and never run together",
                why="one of them stays stopped",
                fix=f"remove this, or {'take one out of ' + one if inside else 'the other colocation of the two'}",
                path=context.constraint_path(constraint.id),
            )
