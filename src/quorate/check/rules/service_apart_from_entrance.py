"""The address of a service may go to a node where the service may not.

Why: a service without a proxy answers at the address itself, on the node that has it. Where the address stands on a
node that may not run the service, its clients find nobody, and Pacemaker sees nothing wrong.
What to do: give both the same nodes, or put a proxy before the service, which passes on from any node.
Source: Pacemaker Explained, "Colocation"; OpenStack High Availability Guide, "Active/passive"
"""

from collections.abc import Iterator

from quorate.catalog.service import Service
from quorate.catalog.site import Site
from quorate.check.context import Context
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report services that nobody passes on to, and nodes of their entrance that are not theirs."""
    for name, service in cluster.services.items():
        if not isinstance(service, Service):
            continue
        site = Site(name, context.platform, cluster)
        if service.proxied(site):
            continue
        for used in map(site.of, service.uses(site)):
            if used.service.offers != "entrance":
                continue
            mine = {node.name for node in site.nodes}
            if others := [node.name for node in used.nodes if node.name not in mine]:
                yield Finding(
                    code="service-apart-from-entrance",
                    severity=Severity.WARNING,
                    summary=f"{used.name}, where clients find {name}, may go to {listed(others)}, and {name} may not",
                    why=f"while it is there clients of {name} find nobody, and Pacemaker finds nothing to mend",
                    fix=f"give {used.name} and {name} the same nodes, or let a proxy (haproxy) pass on to {name}",
                    path=("services", name, "nodes") if service.nodes else ("services", name),
                )
