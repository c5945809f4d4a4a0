from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from quorate.describe.cluster import Quorum, QuorumDevice, Ssh
from quorate.explore.quorum import Electorate, after_window, in_force, judge

CASES = YAML(typ="safe").load(Path("tests/data/explore/quorum.yaml"))


def device_of(votes=1, **given):
    plain = {"algorithm": "ffsplit", "tie_breaker": "lowest", "votes": votes, "tls": "on"}
    times = {"timeout_ms": 10_000, "sync_timeout_ms": 30_000}
    return QuorumDevice(host="third", ssh=Ssh("third"), port=5403, **(plain | times | given))


def electorate(votes, settings=None, device=None):
    nodes = {f"n{number}": count for number, count in enumerate(votes, start=1)}
    third = device_of(**device) if device else None
    plain = {
        "expected_votes": sum(votes) + (third.votes if third else 0),
        "two_node": False,
        "wait_for_all": False,
        "last_man_standing": False,
        "last_man_standing_window_ms": 10_000,
        "auto_tie_breaker": None,
        "device": third,
    }
    return Electorate(Quorum(**(plain | (settings or {}))), nodes, {node: int(node[1:]) for node in nodes})


def nodes_of(numbers):
    return frozenset(f"n{number}" for number in numbers)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_golden(case):
    who = electorate(case["votes"], case.get("quorum"), case.get("device"))
    before, expected = who.nodes, None
    for step in case["steps"]:
        if "before" in step:
            before = nodes_of(step["before"])
        sides = [nodes_of(side) for side in step["sides"]]
        connected = nodes_of(step["connected"]) if "connected" in step else None
        waits = step.get("waits", False)
        counts = judge(who, sides, before=before, expected=expected, connected=connected, waits=waits)
        assert [count.quorate for count in counts] == step["quorate"], step
        if "needed" in step:
            assert [count.needed for count in counts] == step["needed"], step
        ahead = [index for index, count in enumerate(counts) if count.quorate]
        if ahead:
            expected = after_window(who, sides[ahead[0]], counts[ahead[0]], before)
            before = sides[ahead[0]]
        if "expected" in step:
            assert expected == step["expected"], step


def test_every_golden_case_names_its_source():
    assert len(CASES) >= 30
    assert all(case["source"].startswith(("votequorum", "corosync-qdevice")) for case in CASES)


def splits(nodes):
    """Return every way of putting nodes into two sides and nodes that are gone."""
    for count in range(1, len(nodes) + 1):
        for one in combinations(nodes, count):
            rest = [node for node in nodes if node not in one]
            for other_count in range(len(rest) + 1):
                yield from ((frozenset(one), frozenset(other)) for other in combinations(rest, other_count))


SETTINGS = st.fixed_dictionaries(
    {
        "wait_for_all": st.booleans(),
        "last_man_standing": st.booleans(),
        "auto_tie_breaker": st.sampled_from([None, "lowest", "highest", "2 1", "3"]),
    }
)
DEVICES = st.one_of(
    st.none(),
    st.fixed_dictionaries({"algorithm": st.just("ffsplit"), "tie_breaker": st.sampled_from(["lowest", "2"])}),
    st.fixed_dictionaries({"algorithm": st.just("lms"), "tie_breaker": st.sampled_from(["lowest", "highest"])}),
)


@given(nodes=st.integers(2, 6), settings=SETTINGS, device=DEVICES)
def test_never_two_sides_have_quorum_but_with_two_node(nodes, settings, device):
    if device and device["algorithm"] == "lms":
        device = device | {"votes": nodes - 1}
    who = electorate([1] * nodes, settings, device)
    for one, other in splits(sorted(who.nodes)):
        counts = judge(who, [side for side in (one, other) if side])
        assert sum(count.quorate for count in counts) <= 1, (one, other)


@given(votes=st.lists(st.integers(1, 4), min_size=2, max_size=5))
def test_votes_that_differ_are_safe_without_a_tie_breaker(votes):
    who = electorate(votes)
    for one, other in splits(sorted(who.nodes)):
        assert sum(count.quorate for count in judge(who, [one, other])) <= 1


def test_votes_that_differ_are_not_safe_with_a_tie_breaker():
    """Corosync compares nodes that are gone with votes that are needed: one heavy node is too few of them."""
    who = electorate([1, 1, 3], {"auto_tie_breaker": "lowest", "wait_for_all": True})
    assert [count.quorate for count in judge(who, [nodes_of([1, 2]), nodes_of([3])])] == [True, True]


@given(nodes=st.integers(2, 6), breaker=st.sampled_from([None, "lowest"]), data=st.data())
def test_last_man_standing_never_leaves_two_sides_with_quorum(nodes, breaker, data):
    """Nodes are lost one group after the other; whoever was left behind without quorum never gets it alone."""
    settings = {"last_man_standing": True, "wait_for_all": True, "auto_tie_breaker": breaker}
    who = electorate([1] * nodes, settings)
    before, expected = who.nodes, None
    while len(before) > 1:
        one = frozenset(data.draw(st.sets(st.sampled_from(sorted(before)), min_size=1, max_size=len(before) - 1)))
        sides = [one, before - one]
        counts = judge(who, sides, before=before, expected=expected)
        ahead = [index for index, count in enumerate(counts) if count.quorate]
        assert len(ahead) <= 1
        if not ahead:
            return
        expected = after_window(who, sides[ahead[0]], counts[ahead[0]], before)
        assert expected == len(sides[ahead[0]])
        before = sides[ahead[0]]


@given(nodes=st.integers(2, 8))
def test_more_nodes_are_never_less(nodes):
    who = electorate([1] * nodes)
    order = sorted(who.nodes)
    answers = [judge(who, [frozenset(order[:count])])[0].quorate for count in range(1, nodes + 1)]
    assert answers == sorted(answers)
    assert answers[-1]


def test_nobody_is_no_quorum():
    assert not judge(electorate([1, 1], {"two_node": True}), [frozenset()])[0].quorate


def test_a_device_excludes_the_other_settings():
    who = electorate([1, 1], {"two_node": True, "auto_tie_breaker": "lowest", "last_man_standing": True}, {"votes": 1})
    now = in_force(who.quorum, who.votes)
    assert (now.two_node, now.auto_tie_breaker, now.last_man_standing) == (False, None, False)
