"""Two nodes are reached at the same SSH address.

Why: quorate would build two nodes on one machine: the second overwrites the first, and a plan for one is carried out
on the other.
What to do: give each node its own `ssh.host` (or port, where one address forwards to several).
Source: ssh_config(5), Hostname
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster, Node
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report nodes with one host, port and jump host; addresses of links that are equal are another rule's."""
    seen: dict[tuple[str, int, str | None], Node] = {}
    for node in cluster.nodes:
        earlier = seen.setdefault((node.ssh.host.lower(), node.ssh.port, node.ssh.jump), node)
        same_link = bool(node.links and earlier.links and node.links[0].ip == earlier.links[0].ip)
        if earlier is not node and not same_link:
            yield Finding(
                code="duplicate-host",
                severity=Severity.ERROR,
                summary=f"{node.name} and {earlier.name} are both reached at {node.ssh.host}, port {node.ssh.port}",
                why="two nodes would be built on one machine, the second over the first",
                fix=f"write the host of {node.name}",
                path=("nodes", node.name, "ssh", "host"),
            )
