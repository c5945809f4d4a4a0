"""Shared dependencies and rates of failures. Pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from quorate.describe.cluster import Fencing, Node, Rate, Shared
from quorate.describe.sections.whole import File


def shared(file: File, nodes: tuple[Node, ...], fencing: Fencing) -> tuple[Shared, ...]:
    """Return what the file names, with the IPMI boards of the nodes that are lost: they live on their nodes' power."""
    return tuple(
        Shared(
            name=name,
            kind=entry.kind,
            nodes=frozenset(entry.nodes),
            links=frozenset(_links(entry.links, nodes)),
            devices=frozenset(entry.devices) | {d.id for d in fencing.devices if d.from_node in entry.nodes},
            quorum_device=entry.quorum_device,
        )
        for name, entry in file.shared.items()
    )


def _links(
    links: tuple[int, ...] | dict[str, tuple[int, ...]] | None, nodes: tuple[Node, ...]
) -> Iterator[tuple[str, int]]:
    """Yield (node, link number). A bare number is that link of every node that has it."""
    if isinstance(links, Mapping):
        yield from ((node, number) for node, numbers in links.items() for number in numbers)
    elif links is not None:
        yield from ((node.name, number) for node in nodes for number in links if number < len(node.links))


def rates(file: File) -> Mapping[str, Rate]:
    """Return the rates that the file states."""
    return MappingProxyType({kind: Rate(entry.per_year, entry.repair) for kind, entry in file.rates.items()})
