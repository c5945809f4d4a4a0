import pytest

from quorate import registry
from quorate.errors import UsageError
from quorate.explore import failures
from quorate.explore.situation import Situation
from quorate.explore.strike import strike
from quorate.explore.universe import FIRST, at_once, every, kinds, not_covered, seconds, select, singles

from .subjects import DATABASE, at_rest, subject_of


def test_every_kind_that_is_there_is_explored_nodes_first():
    assert set(kinds()) == set(registry.names(failures))
    assert set(FIRST) <= set(kinds())
    assert next(iter(kinds())) == "node_lost"


def test_ids_are_unique_and_a_return_is_no_single():
    subject = subject_of(3)
    ids = [failure.id for failure in every(subject)]
    assert len(set(ids)) == len(ids)
    assert "node-returned:n1" in ids
    assert not any(failure.kind == "node-returned" for failure in singles(subject))
    assert len(singles(subject)) == len(ids) - 3


def test_a_database_on_two_nodes_has_these():
    subject = subject_of(2, DATABASE)
    found = [failure.id for failure in singles(subject)]
    assert found[:4] == ["node-lost:n1", "node-lost:n2", "node-and-board-lost:n1", "node-and-board-lost:n2"]
    for id_ in ("disk-failed:/dev/sda3@n2", "partition:n1/n2", "link-lost:1", "fencing-silent:ipmi-n2"):
        assert id_ in found
    assert len(found) == 40


def test_two_nodes_at_once():
    assert [failure.id for failure in at_once(subject_of(3))] == [
        "node-lost:n1+node-lost:n2",
        "node-lost:n1+node-lost:n3",
        "node-lost:n2+node-lost:n3",
    ]
    assert at_once(subject_of(3))[1].words == "n1 and n3 are lost at once"
    assert at_once(subject_of(2)) == ()


def test_at_once_is_not_one_after_the_other():
    subject = subject_of(4, more="quorum: {last_man_standing: true, wait_for_all: true}\n")
    both = strike(subject, Situation(), select(at_once(subject), ["*n3+*n4"])[0], at_rest(subject))
    assert not both.sides[0].quorate
    first, second = select(every(subject), ["node-lost:n3", "node-lost:n4"])
    one = strike(subject, Situation(), first, at_rest(subject)).situation
    assert strike(subject, one, second, at_rest(subject, n3="offline")).sides[0].quorate


def test_seconds_are_what_is_left_to_fail_and_what_can_return():
    subject = subject_of(3)
    first = select(every(subject), ["node-lost:n1"])[0]
    situation = strike(subject, Situation(), first, at_rest(subject)).situation
    found = {failure.id for failure in seconds(subject, situation, at_rest(subject, "n2", n1="offline"))}
    assert "node-returned:n1" in found
    assert "node-lost:n2" in found
    assert "partition:n1+n2/n3" in found
    assert not any("n1" in id_ for id_ in found if id_.startswith(("node-lost", "link-cut", "node-left")))
    few = list(seconds(subject, situation, at_rest(subject, "n2", n1="offline"), singles(subject)[:2]))
    assert [failure.id for failure in few] == ["node-lost:n2"]


def test_what_is_not_covered_is_said_in_sentences_without_end():
    for depth in (1, 2):
        said = not_covered(depth)
        assert len(said) > 10
        assert len(set(said)) == len(said)
        assert not any(words.endswith(".") for words in said)
    assert any("two failures" in words for words in not_covered(1))
    assert any("more than two" in words for words in not_covered(2))


@pytest.mark.parametrize(
    ("patterns", "count"),
    [
        (["node-lost:n1"], 1),
        (["node-lost"], 3),
        (["node-*:n2"], 5),
        (["partition:*/n3", "link-lost"], 3),
        (["node-lost", "node-lost:n1"], 3),
    ],
)
def test_selection(patterns, count):
    known = singles(subject_of(3))
    found = select(known, patterns)
    assert len(found) == count
    assert list(found) == [failure for failure in known if failure in found], "their order is kept"


def test_without_a_pattern_all_are_meant():
    known = singles(subject_of(3))
    assert select(known, []) == select(known, ["*"]) == known


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("node-lots:n1", "node-lost:n1"),
        ("node-lost:n9", "node-lost:n"),
        ("nodelost", "node-lost"),
        ("resource-failed:apache", "resource-failed:site-a"),
        ("zzz", "the kinds are node-lost"),
    ],
)
def test_an_unknown_one_is_refused_with_names_like_it(pattern, near):
    with pytest.raises(UsageError) as refused:
        select(singles(subject_of(3)), ["node-lost", pattern])
    assert pattern in refused.value.message
    assert near in refused.value.hint
