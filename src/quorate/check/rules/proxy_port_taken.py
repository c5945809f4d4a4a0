"""Two things are to be found at one port of a proxy, or of the nodes that it runs on.

Why: a port at an address belongs to one of them. HAProxy binds two sections to one port without a word, and gives each
connection to one or the other; a server that finds its port taken does not start. Some ports stand in no file: those by
which the servers of a database or a broker reach each other.
What to do: give one of them another port, or a proxy of its own.
Source: HAProxy Configuration Manual, "bind"; measured with HAProxy 2.6.12
"""

from collections.abc import Iterator

from quorate.catalog.service import Service
from quorate.catalog.services.haproxy import Haproxy
from quorate.catalog.site import Site
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report the second that is found at a port of a proxy, and what listens where the proxy itself does."""
    for name, service in cluster.services.items():
        if not isinstance(service, Haproxy):
            continue
        site = Site(name, context.platform, cluster)
        inner = _inner_ports(site)
        first: dict[int, str] = {}
        for one in service.behind(site):
            earlier = first.setdefault(one.port, one.name)
            if earlier != one.name:
                yield _finding(one.name, one.port, f"{name} passes on to {earlier} there")
            if one.port in inner:
                yield _finding(one.name, one.port, f"the servers of {inner[one.port]} find each other there")
        own = {service.statistics: "statistics", service.peers: "peers"}
        if len(own) == 1:
            yield _finding(name, service.peers, "it is for its statistics and its peers")
        for port in sorted(own.keys() & inner.keys()):
            yield _finding(name, port, f"the servers of {inner[port]} find each other there")
        for other, beside in cluster.services.items():
            ports = beside.listens().get("tcp", ()) if other != name and isinstance(beside, Service) else ()
            for port in ports:
                if port in own:
                    yield _finding(other, port, f"{name} has its {own[port]} there")


def _inner_ports(site: Site) -> dict[int, str]:
    """Return the ports that services hold among their servers on nodes of the proxy's, and whose they are."""
    services = ((name, one) for name, one in site.cluster.services.items() if isinstance(one, Service))
    near = ((name, one) for name, one in services if any(node in site.nodes for node in site.of(name).nodes))
    return {port: name for name, one in near for port in one.inner_ports()}


def _finding(name: str, port: int, said: str) -> Finding:
    return Finding(
        code="proxy-port-taken",
        severity=Severity.ERROR,
        summary=f"{name} is to be found at port {port}, and {said}",
        why="a port belongs to one program, and clients would reach now one, now the other",
        fix=f"give {name} another port, or a proxy of its own",
        path=("services", name),
    )
