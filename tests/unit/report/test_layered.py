"""Graphs in layers: nothing lies over another, every edge goes forward, and no way is drawn twice."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from quorate.report.layered import HEIGHT, Drawing, crossings, layered, ordered

NODES = st.integers(0, 14)
EDGES = st.lists(st.tuples(NODES, NODES), max_size=40)


def boxes(drawing: Drawing[int]) -> dict[int, tuple[float, float, float, float]]:
    return {box.node: (box.x, box.y, box.x + box.w, box.y + box.h) for box in drawing.boxes}


@given(st.dictionaries(NODES, st.floats(20, 300), max_size=15), EDGES)
def test_boxes_are_apart_and_edges_go_forward(widths: dict[int, float], edges: list[tuple[int, int]]) -> None:
    drawing = layered(widths, edges)
    found = boxes(drawing)
    assert found.keys() == widths.keys()
    for one, other in combinations(found.values(), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    for box in found.values():
        assert box[0] >= 0
        assert box[1] >= -1e-6
        assert box[2] <= drawing.width + 1e-6
        assert box[3] <= drawing.height + 1e-6
    for edge in drawing.edges:
        xs = [x for x, _ in edge.points]
        assert xs == sorted(xs)
        assert edge.points[0] == (found[edge.begin][2], found[edge.begin][1] + HEIGHT / 2)
        assert edge.points[-1] == (found[edge.end][0], found[edge.end][1] + HEIGHT / 2)


@given(st.dictionaries(NODES, st.just(50.0), max_size=15), EDGES)
def test_what_leads_there_still_does(widths: dict[int, float], edges: list[tuple[int, int]]) -> None:
    forward = [(a, b) for a, b in edges if a < b and a in widths and b in widths]

    def reach(pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
        known = set(pairs)
        while more := {(a, d) for a, b in known for c, d in known if b == c} - known:
            known |= more
        return known

    drawn = [(edge.begin, edge.end) for edge in layered(widths, forward).edges]
    assert reach(drawn) == reach(forward)
    assert all((a, b) not in reach([one for one in drawn if one != (a, b)]) for a, b in drawn)


def test_a_chain_is_a_line() -> None:
    drawing = layered({1: 50.0, 2: 60.0, 3: 70.0}, [(1, 2), (2, 3), (1, 3)])
    assert [(edge.begin, edge.end) for edge in drawing.edges] == [(1, 2), (2, 3)]
    assert len({box.y for box in drawing.boxes}) == 1


def test_crossings_are_untangled() -> None:
    links = [("a", "y"), ("b", "x")]
    following = {"a": ["y"], "b": ["x"]}
    assert crossings([["a", "b"], ["x", "y"]], following) == 1
    assert crossings(ordered([["a", "b"], ["x", "y"]], links), following) == 0


def test_what_waits_for_nothing_stands_beside_what_it_begins() -> None:
    drawing = layered({1: 50.0, 2: 50.0, 3: 50.0, 4: 50.0}, [(1, 2), (2, 3), (4, 3)])
    at = boxes(drawing)
    assert at[4][0] == at[2][0]
