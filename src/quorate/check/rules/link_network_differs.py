"""A node's address on a link is in another network than the others'.

Why: mostly a slip of the pen, and then the node never joins by that link. It works where routers connect the
networks, but then the link depends on them.
What to do: correct the address or its prefix length; where routing is meant, give each node a network of its own.
Source: corosync.conf(5), ADDRESS RESOLUTION
"""

from collections import Counter
from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster, IPNetwork, Node
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report nodes outside the network most nodes have on that link; if all differ, routing is meant."""
    for link in range(max((len(node.links) for node in cluster.nodes), default=0)):
        on_link = [node for node in cluster.nodes if link < len(node.links)]
        usual = _usual([node.links[link].network for node in on_link])
        routed = usual is None and len(on_link) > 2 and cluster.corosync.transport in {"knet", "udpu"}
        if routed or len({node.links[link].version for node in on_link}) > 1:
            continue  # mixed families are another rule's business
        usual = usual or on_link[0].links[link].network
        yield from (
            _finding(node, link, usual)
            for node in on_link
            if node.links[link].network != usual and not node.links[link].is_loopback
        )


def _usual(networks: list[IPNetwork]) -> IPNetwork | None:
    network, count = Counter(networks).most_common(1)[0]
    return network if count > 1 else None


def _finding(node: Node, link: int, usual: IPNetwork) -> Finding:
    return Finding(
        code="link-network-differs",
        severity=Severity.WARNING,
        summary=f"{node.links[link]} of {node.name} is outside {usual}, where link {link} is",
        why="by this link it reaches the others only if a router connects the two networks",
        fix=f"write an address in {usual}, or the prefix length that makes it one network",
        path=("nodes", node.name, "links", link),
    )
