"""A quorum device with ffsplit serves an odd number of nodes.

Why: ffsplit gives its one vote to a half of an even cluster. With an odd number of nodes it makes the votes even: the
cluster survives no more node losses than before, and the loss of the device counts as one.
What to do: remove the device, or use `algorithm: lms`, with which a single node can go on.
Source: corosync-qdevice(8), ffsplit
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report ffsplit with an odd number of nodes."""
    device = cluster.quorum.device
    if device is not None and device.algorithm == "ffsplit" and len(cluster.nodes) % 2:
        where = ("quorum", "device", "algorithm")
        yield Finding(
            code="quorum-device-odd",
            severity=Severity.WARNING,
            summary=f"ffsplit makes sense only with an even number of nodes, and there are {len(cluster.nodes)}",
            why="it makes the votes even: no more losses are survived, and the device is one more thing to lose",
            fix="remove the device, or write `algorithm: lms`",
            path=where if where in cluster.given else ("quorum", "device"),
        )
