"""partition: the nodes fall into two sides that do not hear each other, over any link."""

from collections.abc import Iterator
from itertools import combinations

from quorate.explore.failure import Failure
from quorate.explore.subject import Subject

TITLE = "The nodes fall into two sides that do not hear each other"
NOT_COVERED = (
    "partitions into more than two sides, but for links that are cut",
    "with more than five nodes: partitions other than one node against the rest, halves in the order of the file, and "
    "the sites of the file",
)

ALL = 5
"""Up to so many nodes every split is explored: 15 with five, which double with each further node."""


def find(subject: Subject) -> Iterator[Failure]:
    """Yield each split, the side of the first node first."""
    for first in _sides(subject):
        one = tuple(node for node in subject.nodes if node in first)
        other = tuple(node for node in subject.nodes if node not in first)
        yield Failure(
            id=f"partition:{'+'.join(one)}/{'+'.join(other)}",
            words=f"{_listed(one)} and {_listed(other)} no longer hear each other",
            apart=(frozenset(one), frozenset(other)),
            notice="membership",
        )


def _sides(subject: Subject) -> Iterator[frozenset[str]]:
    """Yield the side with the first node of each split, once."""
    nodes = subject.nodes
    seen: set[frozenset[str]] = set()
    for side in _candidates(subject):
        with_first = side if nodes[0] in side else frozenset(nodes) - side
        if with_first not in seen and len(with_first) < len(nodes):
            seen.add(with_first)
            yield with_first


def _candidates(subject: Subject) -> Iterator[frozenset[str]]:
    nodes = subject.nodes
    if len(nodes) <= ALL:
        for count in range(len(nodes) - 1):
            yield from (frozenset({nodes[0], *others}) for others in combinations(nodes[1:], count))
        return
    yield from (frozenset({node}) for node in nodes)
    yield frozenset(nodes[: len(nodes) // 2])
    for shared in subject.shared:
        if shared.kind == "site" and shared.nodes:
            yield frozenset(shared.nodes)


def _listed(nodes: tuple[str, ...]) -> str:
    return nodes[0] if len(nodes) == 1 else f"{', '.join(nodes[:-1])} and {nodes[-1]}"
