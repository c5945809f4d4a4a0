"""Priorities: whether any resource has one, by its own meta attributes or by the defaults. Pure."""

from quorate.check.context import Context
from quorate.describe.cluster import Cluster


def any_priority(cluster: Cluster, context: Context) -> bool:
    """Return True if some resource has a priority other than 0 (priority-fencing-delay compares their sums)."""
    default = cluster.pacemaker.resource_defaults.get("priority", "0")
    resources = context.resources.resources
    if not resources:
        return default != "0"
    return any(resource.meta.get("priority", default) != "0" for resource in resources)
