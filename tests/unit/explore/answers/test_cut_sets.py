from dataclasses import replace

import pytest

from quorate.explore.answers import cut_sets
from quorate.explore.result import State
from quorate.explore.subject import Rate

from .made import HOUR_S, down, exploration, scenario, subject, twice, well

A, B, C = "node-lost:n1", "node-lost:n2", "fencing-silent:ipmi-n1"


def test_a_pair_counts_once_and_only_where_neither_is_enough_alone() -> None:
    found = exploration(
        scenario(A, well("web"), down("db")),
        scenario(B, well("web"), well("db")),
        scenario(f"{A} then {B}", down("web", "no-quorum"), down("db")),
        scenario(f"{B} then {A}", down("web", "no-quorum"), down("db")),
        depth=2,
    )
    result = cut_sets.answer(found, subject("web", "db"))
    [one] = result.sets
    assert (one.service, one.failures, one.both_orders, one.state) == ("web", (A, B), True, State.DOWN)
    assert one.evidence.replay == f"crm_simulate {A} then {B}"
    assert (result.explored, result.complete) == (True, True)
    assert list(cut_sets.findings(result)) == []


def test_an_order_that_does_no_harm_is_told() -> None:
    found = exploration(
        scenario(A, well("web")),
        scenario(C, well("web")),
        scenario(f"{A} then {C}", well("web")),
        scenario(f"{C} then {A}", twice("web")),
        depth=2,
        total=9,
    )
    result = cut_sets.answer(found, subject("web"))
    [one] = result.sets
    assert (one.failures, one.both_orders, result.complete) == ((C, A), False, False)
    [finding] = cut_sets.findings(result)
    assert (finding.code, finding.path) == ("two-copies-possible", ("nodes", "n1", "fencing"))
    assert "does not share its power" in finding.fix


def test_two_that_come_at_once_are_told_where_one_after_the_other_does_no_harm() -> None:
    rate = Rate(1, HOUR_S, "")
    both = replace(scenario(f"{A} then {B}", down("web", "no-quorum")), id=f"{A}+{B}")
    singles = (scenario(A, well("web"), rate=rate), scenario(B, well("web"), rate=rate))
    harmless = scenario(f"{A} then {B}", well("web"))
    [one] = cut_sets.answer(exploration(*singles, both, harmless, depth=2), subject("web")).sets
    assert (one.at_once, one.both_orders, one.likelihood, one.evidence.scenario) == (True, False, 0, f"{A}+{B}")
    then = scenario(f"{B} then {A}", down("web", "no-quorum"))
    [one] = cut_sets.answer(exploration(*singles, both, harmless, then, depth=2), subject("web")).sets
    assert (one.at_once, one.failures, one.evidence.scenario) == (False, (B, A), f"{B} then {A}")
    assert one.likelihood == pytest.approx((1 / 8766) ** 2)


def test_pairs_that_one_change_would_lessen_are_a_group_with_the_likeliest() -> None:
    often, seldom = Rate(2, 4 * HOUR_S, ""), Rate(0.1, HOUR_S, "")
    found = exploration(
        scenario(A, well("web"), rate=seldom),
        scenario(B, well("web"), rate=often),
        scenario("node-lost:n3", well("web"), rate=often),
        scenario(f"{A} then {B}", down("web", "no-quorum")),
        scenario(f"{B} then node-lost:n3", down("web", "no-quorum")),
        depth=2,
    )
    [group] = cut_sets.answer(found, subject("web")).groups
    assert (group.count, group.services) == (2, ("web",))
    assert group.likeliest.failures == (B, "node-lost:n3")
    assert group.likeliest.likelihood == pytest.approx((8 / 8766) ** 2)  # 8 hours of a year's 8766, twice


def test_with_depth_1_nothing_is_said_of_pairs() -> None:
    result = cut_sets.answer(exploration(scenario(A, well("web"))), subject("web"))
    assert (result.explored, result.complete, result.sets) == (False, False, ())
