"""Layered: places the nodes of a directed graph in layers, from left to right, with few crossings. Pure.

The method is Sugiyama's: layers by the longest path, edges that span layers go through places of their own, the order
in a layer follows the neighbours' middles, and so does the height. In: widths in pixels by node, edges. Out: boxes and
the points that an edge goes through, in pixels; what goes round in circles is drawn with its closing edge left out.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)

HEIGHT = 34.0
ROW_GAP = 10.0
LAYER_GAP = 44.0
PASSING = 6.0
SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where an edge passes a layer. edge: its number."""

    layer: int
    edge: int


@dataclass(frozen=True, slots=True)
class Box(Generic[Node]):
    """A node: its left upper corner and size."""

    node: Node
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Edge(Generic[Node]):
    """An edge, and the points that it goes through, from the right of `begin` to the left of `end`."""

    begin: Node
    end: Node
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing(Generic[Node]):
    """Boxes and edges, and the size of it all."""

    boxes: tuple[Box[Node], ...]
    edges: tuple[Edge[Node], ...]
    width: float
    height: float


def layered(widths: Mapping[Node, float], edges: Iterable[tuple[Node, Node]]) -> Drawing[Node]:
    """Lay a graph out. Edges from or to nodes that are not there are passed over."""
    after = without_circles(widths, edges)
    after = reduced(after)
    rank = ranks(after)
    chains, layers = in_layers(after, rank)
    links = [link for chain in chains.values() for link in pairwise(chain)]
    layers = ordered(layers, links)
    tall = {place: HEIGHT if place in after else PASSING for layer in layers for place in layer}
    middle = heights(layers, links, tall)
    width = [max((widths[one] for one in after if rank[one] == i), default=0.0) for i in range(len(layers))]
    left = [sum(width[:i]) + i * LAYER_GAP for i in range(len(width))]
    placed = Columns(rank, widths, left, width, middle)
    boxes = tuple(Box(one, left[rank[one]], middle[one] - HEIGHT / 2, widths[one], HEIGHT) for one in after)
    drawn = tuple(
        Edge(begin, end, tuple(placed.points(begin, end, chain[1:-1]))) for (begin, end), chain in chains.items()
    )
    bottom = max((middle[one] + tall[one] / 2 for one in middle), default=0.0)
    return Drawing(boxes, drawn, (left[-1] + width[-1]) if width else 0.0, bottom)


def without_circles(nodes: Iterable[Node], edges: Iterable[tuple[Node, Node]]) -> dict[Node, list[Node]]:
    """Return each node's successors, without the edges that close a circle."""
    after: dict[Node, list[Node]] = {node: [] for node in nodes}
    for begin, end in dict.fromkeys(edges):
        if begin in after and end in after and begin != end:
            after[begin].append(end)
    done: set[Node] = set()
    for start, ends in after.items():
        if start in done:
            continue
        path, open_ = [(start, iter(tuple(ends)))], {start}
        while path:
            node, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                open_.discard(node)
                done.add(node)
            elif following in open_:
                after[node].remove(following)
            elif following not in done:
                path.append((following, iter(tuple(after[following]))))
                open_.add(following)
    return after


def reduced(after: Mapping[Node, Sequence[Node]]) -> dict[Node, list[Node]]:
    """Return the graph without edges that another way says already (a transitive reduction)."""
    reach: dict[Node, set[Node]] = {}
    for node in reversed(topological(after)):
        reach[node] = set(after[node]).union(*(reach[one] for one in after[node]))
    return {
        node: [one for one in ends if not any(one in reach[other] for other in ends if other != one)]
        for node, ends in after.items()
    }


def topological(after: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """Return the nodes so that every edge points forward."""
    waits = dict.fromkeys(after, 0)
    for ends in after.values():
        for end in ends:
            waits[end] += 1
    ready = [node for node, count in waits.items() if not count]
    order: list[Node] = []
    while ready:
        node = ready.pop(0)
        order.append(node)
        for end in after[node]:
            waits[end] -= 1
            if not waits[end]:
                ready.append(end)
    return order


def ranks(after: Mapping[Node, Sequence[Node]]) -> dict[Node, int]:
    """Return each node's layer: after all that it waits for; what waits for nothing stands close to what it begins."""
    rank = dict.fromkeys(after, 0)
    order = topological(after)
    begun = set()
    for node in order:
        for end in after[node]:
            rank[end] = max(rank[end], rank[node] + 1)
            begun.add(end)
    for node in order:
        if node not in begun and after[node]:
            rank[node] = min(rank[end] for end in after[node]) - 1
    return rank


def in_layers(
    after: Mapping[Node, Sequence[Node]], rank: Mapping[Node, int]
) -> tuple[dict[tuple[Node, Node], list[Node | Place]], list[list[Node | Place]]]:
    """Return the places that each edge goes through, and all places by layer."""
    layers: list[list[Node | Place]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in topological(after):
        layers[rank[node]].append(node)
    chains: dict[tuple[Node, Node], list[Node | Place]] = {}
    for begin, ends in after.items():
        for end in ends:
            passed = [Place(layer, len(chains)) for layer in range(rank[begin] + 1, rank[end])]
            for place in passed:
                layers[place.layer].append(place)
            chains[begin, end] = [begin, *passed, end]
    return chains, layers


def ordered(
    layers: list[list[Node | Place]], links: Sequence[tuple[Node | Place, Node | Place]]
) -> list[list[Node | Place]]:
    """Return the layers in an order with few crossings: the best of some sweeps to and fro."""
    before, following = _neighbours(links)
    best, fewest = layers, crossings(layers, following)
    current = [list(layer) for layer in layers]
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        near = before if forward else following
        for i in range(1, len(current)) if forward else range(len(current) - 2, -1, -1):
            at = {one: number for number, one in enumerate(current[i - 1 if forward else i + 1])}
            own = {one: number for number, one in enumerate(current[i])}
            middles = {one: _mean([at[other] for other in near.get(one, ())], own[one]) for one in current[i]}
            current[i].sort(key=lambda one, middles=middles, own=own: (middles[one], own[one]))  # type: ignore[misc]
        if (count := crossings(current, following)) < fewest:
            best, fewest = [list(layer) for layer in current], count
    return best


def crossings(
    layers: Sequence[Sequence[Node | Place]], following: Mapping[Node | Place, Sequence[Node | Place]]
) -> int:
    """Return how many links cross each other."""
    count = 0
    for left, right in pairwise(layers):
        at = {one: number for number, one in enumerate(right)}
        ends = [sorted(at[end] for end in following.get(one, ())) for one in left]
        flat = [end for some in ends for end in some]
        count += sum(1 for i, end in enumerate(flat) for other in flat[i + 1 :] if other < end)
    return count


def heights(
    layers: Sequence[Sequence[Node | Place]],
    links: Sequence[tuple[Node | Place, Node | Place]],
    tall: Mapping[Node | Place, float],
) -> dict[Node | Place, float]:
    """Return the middle of each place: near the middle of its neighbours, and never one over another."""
    before, following = _neighbours(links)
    middle: dict[Node | Place, float] = {}
    for layer in layers:
        _stack(layer, [0.0] * len(layer), tall, middle)
    for sweep in range(SWEEPS):
        near = before if sweep % 2 == 0 else following
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [_mean([middle[other] for other in near.get(one, ())], middle[one]) for one in layer]
            _stack(layer, wanted, tall, middle)
    top = min((middle[one] - tall[one] / 2 for one in middle), default=0.0)
    return {one: at - top for one, at in middle.items()}


def _stack(
    layer: Sequence[Node | Place],
    wanted: Sequence[float],
    tall: Mapping[Node | Place, float],
    middle: dict[Node | Place, float],
) -> None:
    """Place a layer as near to what is wanted as the order allows: pushed down where it is full, then back up."""
    at: list[float] = []
    for i, one in enumerate(layer):
        least = at[i - 1] + (tall[layer[i - 1]] + tall[one]) / 2 + ROW_GAP if i else wanted[i]
        at.append(max(wanted[i], least))
    shift = _mean([want - got for want, got in zip(wanted, at, strict=True)], 0.0)
    for one, height in zip(layer, at, strict=True):
        middle[one] = height + shift


@dataclass(frozen=True, slots=True)
class Columns(Generic[Node]):
    """Where layers and places are. left, width: of each layer. middle: the height of each place."""

    rank: Mapping[Node, int]
    widths: Mapping[Node, float]
    left: Sequence[float]
    width: Sequence[float]
    middle: Mapping[Node | Place, float]

    def points(self, begin: Node, end: Node, passed: Sequence[Node | Place]) -> Iterator[tuple[float, float]]:
        """Yield the points of an edge; it passes a layer straight, in its whole width."""
        layer = self.rank[begin]
        yield self.left[layer] + self.widths[begin], self.middle[begin]
        if self.widths[begin] < self.width[layer]:
            yield self.left[layer] + self.width[layer], self.middle[begin]
        for other, place in enumerate(passed, layer + 1):
            yield self.left[other], self.middle[place]
            yield self.left[other] + self.width[other], self.middle[place]
        yield self.left[self.rank[end]], self.middle[end]


def _neighbours(
    links: Sequence[tuple[Node | Place, Node | Place]],
) -> tuple[dict[Node | Place, list[Node | Place]], dict[Node | Place, list[Node | Place]]]:
    before: dict[Node | Place, list[Node | Place]] = {}
    following: dict[Node | Place, list[Node | Place]] = {}
    for begin, end in links:
        following.setdefault(begin, []).append(end)
        before.setdefault(end, []).append(begin)
    return before, following


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
