"""One link has IPv4 addresses on some nodes and IPv6 addresses on others.

Why: Corosync refuses such a file ("Nodes for link 0 have different IP families").
What to do: use one family on each link; two links may have different families.
Source: corosync.conf(5), ip_version
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report the first node on each link whose family is not that of the first node."""
    first = cluster.nodes[0]
    for link, address in enumerate(first.links):
        for node in cluster.nodes[1:]:
            if link < len(node.links) and node.links[link].version != address.version:
                yield Finding(
                    code="link-family-mixed",
                    severity=Severity.ERROR,
                    summary=f"link {link} is IPv{address.version} on {first.name} and "
                    f"IPv{node.links[link].version} on {node.name}",
                    why="Corosync refuses to start: all addresses of a link must be of one family",
                    fix=f"give {node.name} an IPv{address.version} address on link {link}",
                    path=("nodes", node.name, "links", link),
                )
                break
