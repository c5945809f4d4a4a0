"""Votes: whether nodes that are left to themselves have quorum, by votequorum(5). Pure.

That is what the file says; what Corosync makes of it is seen by asking it.
"""

from collections.abc import Collection

from quorate.describe.cluster import Cluster


def have_quorum(cluster: Cluster, nodes: Collection[str], *, device: bool = True) -> bool:
    """Tell whether these nodes have quorum once all others have fallen silent. device: they reach the quorum device.

    With two nodes either alone has it (two_node). A tie breaker (auto_tie_breaker) may give it to half of the votes
    besides, which is not looked at.
    """
    if not nodes:
        return False
    if cluster.quorum.two_node:
        return True
    there = sum(cluster.node(name).votes for name in nodes)
    if device and cluster.quorum.device:
        there += cluster.quorum.device.votes
    return there > cluster.quorum.expected_votes // 2


def can_begin(cluster: Cluster, nodes: Collection[str]) -> bool:
    """Tell whether these nodes, just switched on, get quorum: with wait_for_all only all together do."""
    if cluster.quorum.wait_for_all and len(nodes) < len(cluster.nodes):
        return False
    return have_quorum(cluster, nodes)
