from hypothesis import given
from hypothesis import strategies as st

from quorate.explore.sides import UNCERTAIN, sides

NODES = ("a", "b", "c")
TWO = dict.fromkeys(NODES, (0, 1))


def cut_up(cut=(), apart=(), nodes=NODES, links=TWO):
    found, remark = sides(nodes, links, frozenset(cut), tuple(frozenset(group) for group in apart))
    return ["".join(sorted(side)) for side in found], remark


def test_all_hear_each_other():
    assert cut_up() == (["abc"], "")


def test_one_link_of_two_does_not_matter():
    assert cut_up({("a", 0)}) == (["abc"], "")
    assert cut_up({(node, 1) for node in NODES}) == (["abc"], "")


def test_a_node_without_a_link_is_alone():
    assert cut_up({("b", 0), ("b", 1)}) == (["ac", "b"], "")


def test_without_any_link_all_are_alone():
    assert cut_up({(node, link) for node in NODES for link in (0, 1)}) == (["a", "b", "c"], "")


def test_two_nodes_need_a_link_that_both_have():
    links = {"a": (0, 1), "b": (0, 1)}
    assert cut_up({("a", 0), ("b", 1)}, nodes=("a", "b"), links=links) == (["a", "b"], "")


def test_where_not_all_hear_all_it_is_not_certain():
    found, remark = cut_up({("a", 0), ("b", 1)})
    assert remark == UNCERTAIN
    assert found in (["ac", "b"], ["a", "bc"])


def test_partitions_add_up():
    assert cut_up(apart=[{"a"}, {"b", "c"}])[0] == ["a", "bc"]
    assert cut_up(apart=[{"a"}, {"b", "c"}, {"a", "b"}, {"c"}])[0] == ["a", "b", "c"]


def test_only_nodes_that_are_there_count():
    assert cut_up(apart=[{"a"}, {"b", "c"}], nodes=("b", "c"))[0] == ["bc"]
    assert cut_up(nodes=())[0] == []


@given(data=st.data(), count=st.integers(1, 6))
def test_sides_are_disjoint_and_cover_all(data, count):
    nodes = tuple(f"n{i}" for i in range(count))
    links = {node: tuple(data.draw(st.sets(st.integers(0, 2), min_size=1))) for node in nodes}
    every = [(node, link) for node in nodes for link in (0, 1, 2)]
    cut = frozenset(data.draw(st.sets(st.sampled_from(every))))
    group = frozenset(data.draw(st.sets(st.sampled_from(nodes))))
    found, _ = sides(nodes, links, cut, (group,) if group else ())
    assert sorted(node for side in found for node in side) == list(nodes)
    for side in found:
        for one in side:
            for other in side - {one}:
                assert any(link in links[other] and not {(one, link), (other, link)} & cut for link in links[one])
