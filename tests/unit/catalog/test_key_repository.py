"""Keys that differ between nodes: which of them came of the others, and what may go."""

import random
from itertools import combinations

import pytest

from quorate.catalog.key_repository import KeyRepository, furthest, is_whole, leads_to, outlived

FIRST = {0: "b", 1: "a"}
HALF = {0: "b", 1: "a", 2: "b"}  # interrupted: the staged key is primary, and no other is staged
SECOND = {0: "c", 1: "a", 2: "b"}
THIRD = {0: "d", 2: "b", 3: "c"}  # the oldest has gone
BEHIND = {0: "d", 1: "a", 2: "b", 3: "c"}  # the same, and the oldest is still there: nothing is lost by having it
IN_ORDER = [{}, FIRST, HALF, SECOND, THIRD, BEHIND]


@pytest.mark.parametrize(("before", "after"), list(combinations(IN_ORDER, 2)))
def test_what_came_later_is_known(before, after):
    assert leads_to(before, after)
    assert before == {} or not leads_to(after, before)


@pytest.mark.parametrize(
    "other",
    [
        {0: "y", 1: "x"},  # nothing in common
        {0: "c", 1: "a", 2: "x"},  # rotated apart: two primaries of one parent
        {0: "y", 1: "a"},  # the same primary, another staged
        {1: "a"},  # none staged
    ],
)
def test_keys_that_went_different_ways_lead_nowhere(other):
    assert not leads_to(other, SECOND)
    assert not leads_to(SECOND, other)
    assert furthest({"n1": SECOND, "n2": other, "n3": SECOND}) == ""


def test_the_furthest_is_the_one_that_all_others_lead_to():
    assert furthest({"n1": FIRST, "n2": SECOND, "n3": {}}) == "n2"
    assert furthest({"n1": HALF, "n2": FIRST}) == "n1"
    assert furthest({"n1": FIRST, "n2": FIRST}) == "n1"
    assert furthest({"n1": {}, "n2": {}}) == ""


def test_those_of_most_nodes_are_right_where_tokens_are_all_that_can_be_lost():
    tokens = KeyRepository("/keys", "token keys", "keystone", kept_s=1000.0)
    strange, half = {0: "y", 1: "x"}, {1: "x"}
    assert tokens.source({"n1": strange, "n2": SECOND, "n3": SECOND}) == "n2"
    assert tokens.source({"n1": strange, "n2": SECOND}) == ""
    assert tokens.source({"n1": strange, "n2": SECOND, "n3": {}}) == ""
    assert tokens.source({"n1": SECOND, "n2": half, "n3": half}) == ""
    assert tokens.source({"n1": {}, "n2": {}, "n3": SECOND}) == "n3"
    kept = KeyRepository("/keys", "credential keys", "keystone")
    assert kept.source({"n1": strange, "n2": SECOND, "n3": SECOND}) == ""


def test_only_a_staged_and_another_primary_are_whole():
    assert [is_whole(keys) for keys in (FIRST, SECOND, HALF, {}, {0: "a"}, {1: "a"})] == [True, True] + [False] * 4


def test_a_key_goes_when_its_time_has_passed_since_it_was_primary():
    ages = {0: 10, 1: 900, 2: 500, 3: 10}
    assert outlived({0: "d", 1: "a", 2: "b", 3: "c"}, ages, 400) == [1]
    assert outlived({0: "d", 1: "a", 2: "b", 3: "c"}, ages, 600) == []
    assert outlived({0: "d", 1: "a"}, {1: 9e9}, 1) == [], "the primary stays"


def test_wherever_a_rotation_stops_every_node_reads_what_any_makes():
    """Nodes write their files in the order of the step, interrupted anywhere, and always one is the furthest."""
    draw = random.Random(7)
    for _ in range(300):
        nodes = {name: dict(SECOND) for name in ("n1", "n2", "n3")}
        writes = [(3, "c"), (0, "d"), (1, None)]
        done = dict.fromkeys(nodes, 0)
        for _ in range(draw.randrange(10)):
            name = draw.choice(list(nodes))
            if done[name] < len(writes):
                number, key = writes[done[name]]
                done[name] += 1
                nodes[name].update({number: key}) if key else nodes[name].pop(number)
        made = {keys[max(keys)] for keys in nodes.values()}
        assert all(made <= set(keys.values()) for keys in nodes.values())
        assert furthest(nodes)
