"""A floating address runs on several nodes at once.

Why: a clone of IPaddr2 gives every node the same address. Without globally-unique=true (load sharing by iptables) that
is an address conflict made on purpose.
What to do: take it out of the clone and colocate it with the instance it belongs to.
Source: ocf_heartbeat_IPaddr2(7), clusterip_hash; Pacemaker Explained, "Clones"
"""

from collections.abc import Iterator

from quorate.check.addresses import floating
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report addresses within clones that are not globally unique."""
    for it in floating(context):
        clone = context.clone_of(it.resource.id)
        if clone is not None and clone.meta.get("globally-unique", "false") != "true":
            yield Finding(
                code="floating-address-cloned",
                severity=Severity.ERROR,
                summary=f"{it.address} would be on several nodes at once, by the clone {clone.id}",
                why="every node that answers to it disturbs the others",
                fix=f"take {it.resource.id} out of {clone.id}, and colocate it with {clone.id}",
                path=context.path(clone.id),
            )
