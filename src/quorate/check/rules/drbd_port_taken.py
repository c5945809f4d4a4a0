"""A port of replication is used for something else.

Why: DRBD listens on it on the node's own address. Whatever comes second on that node cannot: a device stays
unconnected, or a service does not start where the replication was there first. Some ports stand in no file: those by
which the servers of a database or a broker reach each other.
What to do: leave `port` out (7700 and the minor are added up), or give each device one that nothing else uses.
Source: drbd.conf(5), "address"
"""

from collections.abc import Iterator

from quorate.catalog.service import Service
from quorate.catalog.site import nodes_of
from quorate.catalog.storage import Replicated
from quorate.check.context import Context
from quorate.check.storage import Held, collisions, stores
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report ports of two devices, and of a device and a service."""
    held = stores(cluster)
    for later, earlier in collisions(held, _port):
        yield _finding(later, f"{earlier.service} replicates over it as well")
    for name, service in cluster.services.items():
        if not isinstance(service, Service):
            continue
        nodes = {node.name for node in nodes_of(cluster, service)}
        for one in held:
            if not nodes & one.nodes:
                continue
            if _port(one) in service.listens().get("tcp", ()):
                yield _finding(one, f"{name} is served on it")
            elif _port(one) in service.inner_ports():
                yield _finding(one, f"the servers of {name} find each other there")


def _port(held: Held) -> int | None:
    return held.store.port if isinstance(held.store, Replicated) else None


def _finding(held: Held, said: str) -> Finding:
    return Finding(
        code="drbd-port-taken",
        severity=Severity.ERROR,
        summary=f"{held.service} replicates over port {_port(held)}, and {said}",
        why="a port belongs to one program",
        fix=f"remove the port, or give {held.service} another",
        path=held.path("port"),
    )
