"""Where a database begins without a node, what that may cost, and when it is refused."""

import pytest

from quorate.catalog.galera_positions import beginning, read
from quorate.errors import Refused, UsageError

NODES = ("d1", "d2", "d3")
ONE, OTHER = "11111111-ead9-11f1-b788-7b03cecb23ec", "22222222-ead9-11f1-b788-7b03cecb23ec"


def told(**values):
    return read({node: f"waiting:{position}" for node, position in values.items()})


def test_values_are_read():
    found = read({"d1": f"waiting:{ONE}:17", "d2": "primary", "d3": "waiting:none"})
    assert (found["d1"].history, found["d1"].number, found["d1"].waits) == (ONE, 17, True)
    assert (found["d2"].kind, found["d2"].waits, found["d2"].number) == ("primary", False, -1)
    assert found["d1"].words == "holds 17 of 11111111"
    assert found["d3"].words == "has never been in a cluster"


def test_a_missing_node_is_refused_until_it_is_named():
    there = told(d1=f"{ONE}:17", d2=f"{ONE}:18")
    with pytest.raises(Refused, match="d3 does not say what it holds") as refused:
        beginning(there, NODES)
    assert "--without d3" in refused.value.hint
    found = beginning(there, NODES, ["d3"])
    assert found.node == "d2"
    assert found.lost == ("whatever d3 holds that d2 does not; nobody can say what that is",)


def test_a_database_that_runs_is_left_alone():
    assert beginning(read({"d1": "primary", "d2": "joining"}), NODES, ["d3"]) is None


@pytest.mark.parametrize(
    ("values", "without", "wanted", "error", "words"),
    [
        ({"d1": f"{ONE}:1", "d2": f"{ONE}:1", "d3": f"{ONE}:2"}, ["d3"], None, UsageError, "d3 is there"),
        ({"d1": f"{ONE}:1", "d2": f"{ONE}:1"}, ["d9"], None, UsageError, "d9: no node"),
        ({"d1": f"{ONE}:1", "d2": f"{ONE}:1"}, ["d3"], "d3", UsageError, "d3 is not there"),
        ({"d1": f"{ONE}:1", "d2": f"{OTHER}:1"}, ["d3"], None, Refused, "different histories"),
        ({"d1": "none", "d2": "broken"}, ["d3"], None, Refused, "no node that is there has data"),
        ({"d1": f"{ONE}:1", "d2": "broken", "d3": "none"}, [], "d2", Refused, "d2 holds half a copy"),
    ],
)
def test_what_does_not_fit_is_said(values, without, wanted, error, words):
    with pytest.raises(error, match=words):
        beginning(told(**values), NODES, without, wanted)


def test_a_server_that_runs_somewhere_is_waited_for():
    with pytest.raises(Refused, match="d2 is joining"):
        beginning({**told(d1=f"{ONE}:1"), **read({"d2": "joining"})}, NODES, ["d3"])


def test_what_the_others_hold_beyond_is_named():
    there = told(d1=f"{ONE}:10", d2=f"{ONE}:17", d3=f"{OTHER}:900")
    found = beginning(there, NODES, (), "d1")
    assert found.lost == (
        "what d2 holds that d1 does not: of it are 7 writes",
        "what d3 holds that d1 does not: holds 900 of 22222222",
    )


def test_with_all_there_nothing_is_lost():
    found = beginning(told(d1=f"{ONE}:10", d2="broken", d3=f"{ONE}:9"), NODES)
    assert (found.node, found.lost) == ("d1", ())


def test_a_node_that_cannot_tell_is_no_less_than_one_that_is_missing():
    there = told(d1=f"{ONE}:10", d2="unknown", d3=f"{ONE}:9")
    with pytest.raises(Refused, match="d2 cannot tell what it holds"):
        beginning(there, NODES)
    found = beginning(there, NODES, (), "d1")
    assert found.lost == ("whatever d2 holds that d1 does not; nobody can say what that is",)


def test_an_empty_node_that_is_named_costs_everything():
    found = beginning(told(d1=f"{ONE}:10", d2="none", d3="broken"), NODES, (), "d2")
    assert found.lost == (
        "everything: d2 has never been in a cluster, and begins empty",
        "what d1 holds that d2 does not: holds 10 of 11111111",
    )
