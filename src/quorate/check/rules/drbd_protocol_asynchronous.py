"""A service's disk is replicated without waiting for the other node.

Why: with protocol A a write counts as done when it is on the own disk and in the send buffer, with B when the other
node has received it. What a client was told is safe is then lost with the node (A), or when both lose power (B).
What to do: leave `protocol` out, or write C. A and B are for long distances.
Source: drbd.conf(5), "protocol"
"""

from collections.abc import Iterator

from quorate.catalog.storage import Replicated
from quorate.check.context import Context
from quorate.check.storage import stores
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_LOST = {"A": "with the node that runs it", "B": "when both nodes lose their power"}


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report protocols A and B."""
    for held in stores(cluster):
        store = held.store
        if isinstance(store, Replicated) and store.protocol != "C":
            yield Finding(
                code="drbd-protocol-asynchronous",
                severity=Severity.WARNING,
                summary=f"{held.service} replicates with protocol {store.protocol}",
                why=f"acknowledged writes are lost {_LOST[store.protocol]}",
                fix="remove the line, or write `protocol: C`",
                path=held.path("protocol"),
            )
