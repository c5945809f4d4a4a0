"""Servers on several nodes write to a Galera database, each to the one of its own node.

Why: Galera finds two writes to one row on two nodes only when it commits, and undoes one: clients see deadlocks (error
1213) that a single server would not have given, and a read on another node may be behind.
What to do: a service of kind haproxy, which passes all clients on to one server; or a floating address (kind address),
with which the services that use the database run on one node.
Source: MariaDB, "Galera Cluster: Known Limitations"; Galera Cluster documentation, "Certification-Based Replication"
"""

from collections.abc import Iterator

from quorate.catalog.service import Service
from quorate.catalog.services.galera import Galera
from quorate.catalog.site import Site
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report databases that others use without anything that brings all clients to one server."""
    for name, service in cluster.services.items():
        site = Site(name, context.platform, cluster)
        if not isinstance(service, Galera) or site.chosen(service.proxy, "entrance"):
            continue
        users = [other for other in cluster.services if other != name and name in used(site.of(other))]
        if users:
            yield Finding(
                code="galera-writers-many",
                severity=Severity.WARNING,
                summary=f"{', '.join(users)} on every node writes to the {name} of its own node",
                why="writes to one row on two nodes undo each other when they commit, which clients see as deadlocks",
                fix="add a service of kind haproxy with a floating address",
                path=("services", name),
            )


def used(site: Site) -> set[str]:
    """Return the names of the services that one uses."""
    return {*site.service.uses(site)} if isinstance(site.cluster.services[site.name], Service) else set()
