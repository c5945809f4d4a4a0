"""A node is called localhost.

Why: the name means "this machine" everywhere. On every node it resolves to that node itself, so the cluster could not
tell them apart.
What to do: use the host's own name, as `uname -n` prints it.
Source: corosync.conf(5), nodelist name; RFC 6761, 6.3
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report localhost, with or without a domain."""
    for node in cluster.nodes:
        if node.name.lower().partition(".")[0] == "localhost":
            yield Finding(
                code="node-name-localhost",
                severity=Severity.ERROR,
                summary=f"{node.name} is no name for a node",
                why="on every machine it means that machine itself",
                fix="write the host's own name, as `uname -n` prints it",
                path=("nodes", node.name),
            )
