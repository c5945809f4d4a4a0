"""Two node names differ in upper and lower case only.

Why: host names have no case, Pacemaker's node names do. Name resolution gives both the same address, and a host that
reports its name in the other case becomes a third node.
What to do: use lower case, and names that differ.
Source: RFC 4343; Pacemaker Explained, "Cluster Nodes"
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report the second of two such names."""
    seen: dict[str, str] = {}
    for node in cluster.nodes:
        earlier = seen.setdefault(node.name.lower(), node.name)
        if earlier != node.name:
            yield Finding(
                code="node-names-alike",
                severity=Severity.ERROR,
                summary=f"{earlier} and {node.name} are one host name",
                why="host names have no upper and lower case, so both would resolve to one machine",
                fix=f"give {node.name} another name",
                path=("nodes", node.name),
            )
