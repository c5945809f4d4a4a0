"""A proxy passes on to no service of the file.

Why: its address answers, and nothing that the file describes is behind it. That is meant where the operator's own
sections of haproxy.cfg use the address.
What to do: add the services, or name this proxy in them (`proxy: NAME`).
Source: docs/how-to/proxy.md
"""

from collections.abc import Iterator

from quorate.catalog.services.haproxy import Haproxy
from quorate.catalog.site import Site
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report proxies with nothing behind them."""
    for name, service in cluster.services.items():
        if isinstance(service, Haproxy) and not any(service.behind(Site(name, context.platform, cluster))):
            yield Finding(
                code="proxy-without-services",
                severity=Severity.INFO,
                summary=f"{name} passes on to no service of the file",
                why="clients of its address find nobody, but for what its own haproxy.cfg says",
                fix=f"add a service that takes a proxy, or write `proxy: {name}` in one",
                path=("services", name),
            )
