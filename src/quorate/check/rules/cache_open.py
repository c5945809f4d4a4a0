"""A cache without passwords listens on a public address.

Why: memcached knows no passwords. Whoever reaches it reads tokens of clients, puts in others, and can use it to flood
strangers.
What to do: let the first cluster link be a network of the nodes' own, or close the port in a firewall.
Source: memcached's wiki, "ConfiguringServer"; OpenStack Security Guide, "Caching layer"
"""

from collections.abc import Iterator

from quorate.catalog.services.memcached import Memcached
from quorate.catalog.site import Site
from quorate.check.context import Context
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report caches on nodes whose first link has an address that the world can reach."""
    for name, service in cluster.services.items():
        if not isinstance(service, Memcached):
            continue
        nodes = Site(name, context.platform, cluster).nodes
        if public := [node.name for node in nodes if node.links[0].ip.is_global]:
            yield Finding(
                code="cache-open",
                severity=Severity.WARNING,
                summary=f"{name} listens on public addresses, on {listed(public)}",
                why="memcached knows no passwords: whoever reaches it reads and writes everything in it",
                fix=f"use private addresses for the first link, or close port {service.port} to all but the nodes",
                path=("services", name),
            )
