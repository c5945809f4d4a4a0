"""Two services, or a service and a resource, have one volume group.

Why: a volume group belongs to one node at a time. Whatever else lies in it has to move along, or the one that moves
takes the other's disk away.
What to do: give each service a volume group of its own (`group`).
Source: lvmsystemid(7); ocf_heartbeat_LVM-activate(7), vg_access_mode
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.storage import is_of, parameter
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report a group that resources activate which need not be together."""
    first: dict[str, str] = {}
    for primitive in context.primitives:
        group = parameter(primitive, "vgname")
        if not is_of(primitive, "LVM-activate") or not group:
            continue
        earlier = first.setdefault(group, primitive.id)
        if context.carrier(earlier) != context.carrier(primitive.id):
            path = context.path(primitive.id, "parameters", "vgname")
            yield Finding(
                code="volume-group-taken",
                severity=Severity.ERROR,
                summary=f"{primitive.id} and {earlier} both activate the volume group {group}",
                why="it belongs to one node at a time: where one of them goes, the other loses its disk",
                fix=f"give {primitive.id} a volume group of its own, or put both into one group",
                path=(*path, "data", "lvm", "group") if path[0] == "services" else path,
            )
