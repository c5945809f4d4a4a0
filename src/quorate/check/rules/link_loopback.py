"""A cluster link is on the loopback interface.

Why: each node would talk to itself alone. It is the address in the corosync.conf that Debian's package brings along,
and the one /etc/hosts often gives a host's own name (127.0.1.1).
What to do: write the node's address on the network it shares with the others.
Source: corosync.conf(5), nodelist ringX_addr
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report loopback and link-local addresses."""
    for node in cluster.nodes:
        for link, address in enumerate(node.links):
            if address.ip.is_loopback:
                yield Finding(
                    code="link-loopback",
                    severity=Severity.ERROR,
                    summary=f"link {link} of {node.name} is {address.ip}, which no other node can reach",
                    why="the node would talk to itself, and never see the others",
                    fix=f"write the address that {node.name} has on the network of link {link}",
                    path=("nodes", node.name, "links", link),
                )
