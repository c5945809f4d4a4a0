from dataclasses import replace

from quorate.explore.answers import spare
from quorate.explore.answers.spare import Amount
from quorate.explore.subject import Subject

from .made import away_s, down, exploration, scenario, subject, well

FOUND = exploration(
    scenario("node-lost:n1", away_s("a", 9), away_s("b", 9)),
    scenario("node-lost:n2", well("a"), well("b")),
    scenario("node-lost:n3", well("a"), well("b")),
)


def with_memory(capacity: tuple[int, int, int], a: int, b: int, **more: object) -> Subject:
    nodes = zip(("n1", "n2", "n3"), capacity, strict=True)
    return subject(
        "a",
        "b",
        capacity={node: {"memory": amount} for node, amount in nodes},
        utilization={"a": {"memory": a}, "b": {"memory": b}},
        **more,
    )


def test_everything_fits_on_the_others() -> None:
    result = spare.answer(FOUND, with_memory((1000, 1000, 1000), 900, 800))
    assert [(one.node, one.fits) for one in result.without] == [("n1", True), ("n2", True), ("n3", True)]
    assert result.by == "utilization"
    assert result.without[0].amounts == (Amount("memory", 1700, 2000),)
    assert list(spare.findings(result)) == []


def test_the_sum_would_fit_but_no_node_has_room() -> None:
    result = spare.answer(FOUND, with_memory((1500, 1000, 600), 900, 700))
    without = {one.node: one for one in result.without}
    assert (without["n1"].fits, without["n1"].stopped) == (False, ("b",))  # 900 on n2; 700 neither on n2 nor on n3
    assert (without["n2"].fits, without["n3"].fits) == (False, True)
    [first, _] = spare.findings(result)
    assert (first.code, first.path) == ("no-room-for-n-minus-1", ("nodes", "n1"))
    assert first.summary == "without n1 there is no room for b"
    assert first.why == "the services need memory 1600 of 1600 that the other nodes have"
    assert first.fix.startswith("give one of the other nodes more")
    assert without["n1"].evidence is not None
    assert without["n1"].evidence.replay == "crm_simulate node-lost:n1"


def test_what_is_missing_is_said() -> None:
    result = spare.answer(FOUND, with_memory((1000, 500, 500), 900, 800))
    [first, _] = spare.findings(result)  # n2 and n3 leave the same room
    assert first.fix == "add memory 700 to the other nodes, or let the services need less"


def test_nodes_whose_loss_leaves_the_same_out_are_one_finding() -> None:
    result = spare.answer(FOUND, with_memory((500, 500, 500), 900, 100))
    [one] = spare.findings(result)
    assert one.summary == "without n1, n2 or n3 there is no room for a"


def test_a_service_that_may_run_on_one_node_only_is_not_a_matter_of_room() -> None:
    made = with_memory((1000, 100, 100), 900, 100)
    first, second = made.services
    result = spare.answer(FOUND, replace(made, services=(replace(first, nodes=("n1",)), second)))
    assert result.without[0].fits is True


def test_with_a_placement_strategy_the_scheduler_has_answered() -> None:
    found = exploration(
        scenario("node-lost:n1", down("a"), away_s("b", 9)), scenario("node-lost:n2", well("a"), well("b"))
    )
    result = spare.answer(found, with_memory((9, 9, 9), 900, 800, placement="balanced"))
    assert result.by == "scheduler"
    assert [(one.node, one.fits, one.stopped) for one in result.without] == [
        ("n1", False, ("a",)),
        ("n2", True, ()),
        ("n3", None, ()),
    ]


def test_down_for_want_of_quorum_is_not_want_of_room() -> None:
    found = exploration(scenario("node-lost:n1", down("a", "no-quorum"), down("b", "not-fenced")))
    result = spare.answer(found, with_memory((9, 9, 9), 900, 800, placement="utilization"))
    assert result.without[0].fits is True


def test_without_utilization_the_catalogs_memory_is_named() -> None:
    made = subject("a", "b")
    first, second = made.services
    made = replace(made, services=(replace(first, memory_mib=700), second))
    result = spare.answer(FOUND, made)
    assert (result.by, result.without) == ("memory of the catalog", ())
    assert result.remark.startswith("a claims 700 MiB of memory, by the catalog")
    known = spare.answer(FOUND, replace(made, capacity={node: {"memory": 600} for node in made.nodes}))
    assert [one.fits for one in known.without] == [False, False, False]
    assert spare.answer(FOUND, subject("a", "b")).by == "nothing"


def test_a_service_with_a_server_on_every_node_takes_its_room_on_each_and_moves_to_none() -> None:
    made = with_memory((1000, 1000, 1000), 600, 300)
    assert spare.answer(FOUND, made).without[0].amounts == (Amount("memory", 900, 2000),)
    cloned = replace(made, parts={**made.parts, "b": replace(made.parts["b"], clone="bs")})
    result = spare.answer(FOUND, cloned)
    assert [one.fits for one in result.without] == [True, True, True]
    assert result.without[0].amounts == (Amount("memory", 1200, 2000),)
    large = replace(cloned, utilization={"a": {"memory": 800}, "b": {"memory": 300}})
    assert [(one.fits, one.stopped) for one in spare.answer(FOUND, large).without] == [(False, ("b",))] * 3
