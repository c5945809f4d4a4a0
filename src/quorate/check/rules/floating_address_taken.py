"""A floating address is already the address of something else.

Why: two machines would answer to it. A node's own address cannot float; two services with one address take it from
each other.
What to do: use an address of its own.
Source: ocf_heartbeat_IPaddr2(7)
"""

from collections.abc import Iterator

from quorate.check.addresses import floating, of_fencing, of_nodes
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report floating addresses that a node, a fencing device or another service has."""
    taken: dict[object, str] = {}
    for holder in (*of_nodes(cluster), *of_fencing(cluster)):
        taken.setdefault(holder.address, holder.words)
    for it in floating(context):
        if it.address in taken:
            yield Finding(
                code="floating-address-taken",
                severity=Severity.ERROR,
                summary=f"{it.address} belongs to {taken[it.address]} already",
                why="two machines would answer to it, and clients would reach now one, now the other",
                fix="choose an address that nothing else has",
                path=it.path,
            )
        taken.setdefault(it.address, it.resource.id)
