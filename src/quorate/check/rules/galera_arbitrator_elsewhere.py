"""The arbitrator of a Galera database is none of its nodes, or leaves it fewer than two servers.

Why: garbd is installed and run where the service is; on another node it would not be. With one server there is nothing
to decide.
What to do: name one of three or more nodes of the service.
Source: Galera Cluster documentation, "Galera Arbitrator"
"""

from collections.abc import Iterator

from quorate.catalog.services.galera import Galera
from quorate.catalog.site import nodes_of
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report arbitrators that stand nowhere, or beside a single server."""
    for name, service in cluster.services.items():
        if not isinstance(service, Galera) or service.arbitrator is None:
            continue
        nodes = [node.name for node in nodes_of(cluster, service)]
        if service.arbitrator in nodes and len(nodes) > 2:
            continue
        is_one = service.arbitrator in nodes
        yield Finding(
            code="galera-arbitrator-elsewhere",
            severity=Severity.ERROR,
            summary=f"{name} has too few servers for an arbitrator"
            if is_one
            else f"{service.arbitrator}, the arbitrator of {name}, is none of its nodes",
            why="with one server there is nothing to decide"
            if is_one
            else "nothing would run there, and its vote is missed",
            fix="give the service three nodes, and name one of them" if is_one else f"name one of {', '.join(nodes)}",
            path=("services", name, "arbitrator"),
        )
