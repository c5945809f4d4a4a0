"""two_node and a quorum device stand side by side.

Why: both are answers to the same question, and Corosync refuses to start with both ("two_node and quorum device cannot
be configured at the same time").
What to do: remove `two_node`; the quorum device is the better answer.
Source: votequorum(5), two_node; corosync-qdevice(8)
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report two_node together with a quorum device."""
    if cluster.quorum.two_node and cluster.quorum.device is not None:
        yield Finding(
            code="two-node-with-device",
            severity=Severity.ERROR,
            summary="two_node and a quorum device exclude each other",
            why="Corosync refuses to start: the device's vote already decides which node goes on",
            fix="remove `two_node: true` and keep the device",
            path=("quorum", "two_node"),
        )
