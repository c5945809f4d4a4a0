"""The nodes do not all have the same number of links.

Why: Corosync refuses such a file ("Not all nodes have the same number of links").
What to do: give every node an address on each link, in the same order.
Source: corosync.conf(5), nodelist ringX_addr
"""

from collections import Counter
from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report the nodes whose number of links is not the usual one."""
    usual = Counter(len(node.links) for node in cluster.nodes).most_common(1)[0][0]
    for node in cluster.nodes:
        if len(node.links) != usual:
            yield Finding(
                code="links-uneven",
                severity=Severity.ERROR,
                summary=f"{node.name} has {_count(len(node.links))}, the others have {usual}",
                why="Corosync refuses to start when not all nodes have the same number of links",
                fix=f"give {node.name} as many addresses in `links`: {usual}",
                path=("nodes", node.name, "links"),
            )


def _count(links: int) -> str:
    return "one link" if links == 1 else f"{links} links"
