"""A disk is to be replicated over a link that a node does not have.

Why: the device has no address there, and cannot connect.
What to do: write the number of a link that both nodes have (the first is 0), or leave `link` out for the last.
Source: drbd.conf(5), "address"
"""

from collections.abc import Iterator

from quorate.catalog.storage import Replicated
from quorate.check.context import Context
from quorate.check.storage import stores
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report link numbers beyond a node's links."""
    for held in stores(cluster):
        store = held.store
        if not isinstance(store, Replicated):
            continue
        without = sorted(name for name in held.nodes if store.link >= len(cluster.node(name).links))
        if without:
            yield Finding(
                code="drbd-link-missing",
                severity=Severity.ERROR,
                summary=f"{held.service} replicates over link {store.link}, which {listed(without)} "
                + ("does not have" if len(without) == 1 else "do not have"),
                why="without an address the device cannot connect",
                fix="write the number of a link that both nodes have, or leave `link` out",
                path=held.path("link"),
            )
