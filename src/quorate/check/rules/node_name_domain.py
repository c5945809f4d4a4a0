"""A node's name has a domain in it.

Why: Pacemaker compares it with the host's own name. It works where `uname -n` prints the same full name, and leads to
a node that never comes online where the host knows its short name only.
What to do: use the short name unless the hosts really have the full one as their host name.
Source: corosync.conf(5), nodelist name
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report, once, the first such name."""
    node = next((node for node in cluster.nodes if "." in node.name), None)
    if node is not None:
        yield Finding(
            code="node-name-domain",
            severity=Severity.INFO,
            summary=f"{node.name} must be exactly what `uname -n` prints on that host",
            why="a host that knows only its short name would not be recognised",
            fix=f"write `{node.name.partition('.')[0]}` if that is its host name",
            path=("nodes", node.name),
        )
