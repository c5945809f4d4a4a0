from quorate.describe.cluster import Shared
from quorate.explore.answers import single_points
from quorate.explore.result import State

from .made import away_s, down, exploration, scenario, subject, twice, well


def test_one_failure_that_takes_services_down_is_told_once_with_its_replay() -> None:
    found = exploration(
        scenario("node-lost:n1", down("web", "no-quorum"), down("db", "no-quorum"), well("mail")),
        scenario("node-lost:n2", away_s("web", 9), well("db"), well("mail")),
    )
    result = single_points.answer(found, subject("web", "db", "mail"))
    [one] = result.down
    assert (one.scenario, one.services, one.replay) == ("node-lost:n1", ("web", "db"), "crm_simulate node-lost:n1")
    assert (result.two_copies, result.inherent) == ((), ())


def test_a_pair_is_no_single_point_and_a_return_is_not_a_second_failure() -> None:
    found = exploration(
        scenario("node-lost:n1", well("web")),
        scenario("node-lost:n1 then node-lost:n2", down("web", "no-quorum")),
        scenario("node-lost:n3 then node-returned:n3", down("web", "restless")),
    )
    result = single_points.answer(found, subject("web"))
    assert [one.scenario for one in result.down] == ["node-lost:n3 then node-returned:n3"]


def test_what_is_down_already_is_not_told_again_of_the_return() -> None:
    found = exploration(
        scenario("node-lost:n3 then node-returned:n3", down("web")), scenario("node-lost:n3", down("web"))
    )
    assert [one.scenario for one in single_points.answer(found, subject("web")).down] == ["node-lost:n3"]


def test_what_fails_on_every_node_takes_a_service_down_in_any_cluster() -> None:
    found = exploration(scenario("resource-failed-everywhere:web", down("web", "failing")))
    result = single_points.answer(found, subject("web"))
    assert result.down == ()
    assert [one.services for one in result.inherent] == [("web",)]
    assert list(single_points.findings(result)) == []


def test_findings_are_one_for_each_change_and_say_how_many_it_would_help() -> None:
    found = exploration(*(scenario(f"node-and-board-lost:{n}", twice("web")) for n in ("n1", "n2")))
    nothing = subject("web", fences=(), nodes=("n1", "n2"))
    [one] = single_points.findings(single_points.answer(found, nothing))
    assert (one.code, one.path) == ("two-copies-possible", ("nodes", "n1"))
    assert one.fix == "give each of n1 and n2 a fencing device"
    off = single_points.answer(found, subject("web", fencing=False))
    [one] = single_points.findings(off)
    assert one.summary.endswith("node and board lost:n1 (and 1 more)")
    assert one.fix.startswith("turn fencing on")


def test_a_finding_names_all_services_that_one_change_would_save_but_not_too_many() -> None:
    names = [f"s{number}" for number in range(9)]
    found = exploration(
        *(scenario(f"node-lost:n{1 + i % 3}", down(name, "not-fenced")) for i, name in enumerate(names))
    )
    [one] = single_points.findings(single_points.answer(found, subject(*names, fencing=False)))
    assert one.summary == (
        "one failure is enough to take s0, s1, s2, s3, s4 and 4 more down: node lost:n1 (and 8 more)"
    )


def test_services_that_need_different_changes_are_told_apart() -> None:
    rack = Shared("rack-a", "rack", frozenset({"n1", "n2"}))
    found = exploration(scenario("rack-lost:rack-a", down("web", "no-quorum"), down("db", "no-node")))
    result = single_points.answer(found, subject("web", "db", shared=(rack,)))
    assert [one.services for one in result.down] == [("web",), ("db",)]
    assert result.down[0].fix.startswith("spread the nodes so that rack-a holds less than half of the votes")
    assert {impact.state for impact in found.scenarios[0].impacts} == {State.DOWN}
