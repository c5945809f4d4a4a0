"""Sides: which of the nodes that are there hear each other over Corosync's links. Pure.

Corosync carries nothing on from one node to the next: two nodes hear each other over a link that both have, and all of
a membership hear all others (corosync.conf(5), `nodelist`).
"""

from collections.abc import Mapping
from itertools import combinations

UNCERTAIN = (
    "some nodes hear two others that do not hear each other: which of them Corosync keeps together is not certain"
)


def sides(
    nodes: tuple[str, ...],
    links: Mapping[str, tuple[int, ...]],
    cut: frozenset[tuple[str, int]],
    apart: tuple[frozenset[str], ...],
) -> tuple[tuple[frozenset[str], ...], str]:
    """Return the sides, that of the first node first, and a remark where they are not certain ("" where they are).

    nodes: those that are there. links: the link numbers of each. cut: (node, link number). apart: groups of nodes that
    do not hear nodes of others; a node in no group hears all of them.
    """
    live = {node: {link for link in links.get(node, (0,)) if (node, link) not in cut} for node in nodes}
    split = [group for group in apart if any(node in group for node in nodes) and not group.issuperset(nodes)]
    if nodes and not split and set.intersection(*live.values()):
        return (frozenset(nodes),), ""  # a link that all have
    hear: dict[str, set[str]] = {node: {node} for node in nodes}
    for one, other in combinations(nodes, 2):
        if live[one] & live[other] and not any(_between(group, one, other) for group in split):
            hear[one].add(other)
            hear[other].add(one)
    return _memberships(nodes, hear)


def _between(group: frozenset[str], one: str, other: str) -> bool:
    return (one in group) != (other in group)


def _memberships(nodes: tuple[str, ...], hear: Mapping[str, set[str]]) -> tuple[tuple[frozenset[str], ...], str]:
    """Take sets of nodes that all hear each other, beginning with the node that hears most."""
    left, found, remark = list(nodes), list[frozenset[str]](), ""
    while left:
        seed = max(left, key=lambda node: (len(hear[node] & set(left)), -nodes.index(node)))
        side = {seed}
        for node in sorted(left, key=lambda node: (-len(hear[node] & set(left)), nodes.index(node))):
            if side <= hear[node]:
                side.add(node)
        if any(hear[node] & set(left) - side for node in side):
            remark = UNCERTAIN
        found.append(frozenset(side))
        left = [node for node in left if node not in side]
    return tuple(sorted(found, key=lambda side: min(nodes.index(node) for node in side))), remark
