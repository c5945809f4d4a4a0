"""A resource is kept stopped, or out of Pacemaker's hands.

Why: target-role=Stopped keeps it from ever starting, is-managed=false and maintenance=true from being recovered.
Mostly these are left over from a day's work.
What to do: remove the meta attribute.
Source: Pacemaker Explained, "Resource Meta-Attributes"
"""

from collections.abc import Iterator, Mapping

from quorate.check.context import Context, Path
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_HOLDS = {
    ("target-role", "stopped"): "is never started",
    ("is-managed", "false"): "is neither started nor recovered",
    ("maintenance", "true"): "is neither watched nor recovered",
}


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report such meta attributes of resources, and of the defaults for all of them."""
    defaults = cluster.pacemaker.resource_defaults
    places: list[tuple[str, Mapping[str, str], Path]] = [
        ("every resource", defaults, ("pacemaker", "resource_defaults"))
    ]
    places += [(r.id, r.meta, context.path(r.id, "meta")) for r in context.resources.resources]
    for (name, value), effect in _HOLDS.items():
        for who, meta, path in places:
            if meta.get(name, "").lower() == value:
                yield Finding(
                    code="resource-held",
                    severity=Severity.WARNING,
                    summary=f"{who} {effect}: {name} is {meta[name]}",
                    why="the service this file describes does not run, or is not looked after",
                    fix=f"remove `{name}`",
                    path=(*path, name),
                )
