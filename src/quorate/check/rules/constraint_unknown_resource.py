"""A constraint names a part of a service that the service does not have.

Why: services expand to resources called SERVICE-PART. A constraint on a part that does not exist is refused by
Pacemaker, or constrains nothing.
What to do: name the service itself, or one of its parts.
Source: Pacemaker Explained, "Resource Constraints"; crm_verify(8)
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import nearest, perhaps
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Colocation, Constraint, Location
from quorate.dialect.crm.references import identity
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report resources in constraints that nothing in the file becomes."""
    known = [*(resource.id for resource in context.resources.resources), *_said(cluster)]
    for constraint in context.resources.constraints:
        for key, name in _named(constraint).items():
            if name not in known:
                like = nearest(name, known)
                yield Finding(
                    code="constraint-unknown-resource",
                    severity=Severity.ERROR,
                    summary=f"there will be no resource {name}{perhaps(name, known)}",
                    why="Pacemaker refuses a constraint on a resource that does not exist",
                    fix=f"write `{like}`" if like else "name a service, or one of its parts",
                    path=(*context.constraint_path(constraint.id), key),
                )


def _said(cluster: Cluster) -> Iterator[str]:
    """Yield the ids of a text of the crm shell: bundles and tags may be named, too."""
    yield from filter(None, map(identity, cluster.text.statements))


def _named(constraint: Constraint) -> dict[str, str]:
    """Return the resources a constraint names, by the key they stand under in the cluster file."""
    if isinstance(constraint, Location):
        return {"location": constraint.resource}
    if isinstance(constraint, Colocation):
        return {"colocation": constraint.resource, "with": constraint.with_resource}
    return {"order": constraint.first, "then": constraint.then}
