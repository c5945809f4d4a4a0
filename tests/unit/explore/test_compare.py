"""Two explorations compared: what got better, what worse, what is the same, and what only one of them has."""

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from quorate.explore.compare import compare, judged
from quorate.explore.result import Exploration, Figure, Impact, State

SAMPLE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "data" / "explore" / "sample.py")))


def waited(seconds: float, *, spare: bool = True) -> Impact:
    return Impact("a", State.INTERRUPTED, Figure(seconds, "default"), redundancy_gone=not spare)


WELL, DOWN, TWICE = (Impact("a", state) for state in (State.UNAFFECTED, State.DOWN, State.TWO_COPIES))


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (WELL, WELL, None),
        (WELL, DOWN, "worse"),
        (TWICE, DOWN, "better"),
        (waited(5), DOWN, "worse"),
        (waited(5), waited(5.05), None),
        (waited(60), waited(61), None),
        (waited(5), waited(4), "better"),
        (waited(5), waited(6), "worse"),
        (waited(5), waited(5, spare=False), "worse"),
        (waited(6, spare=True), waited(5, spare=False), "better"),
    ],
)
def test_a_service_fares_better_or_worse(before: Impact, after: Impact, direction: str | None) -> None:
    assert judged(before, after) == direction


def changed(found: Exploration, id_: str, impact: Impact) -> Exploration:
    return replace(
        found,
        scenarios=tuple(
            replace(one, impacts=tuple(impact if old.service == impact.service else old for old in one.impacts))
            if one.id == id_
            else one
            for one in found.scenarios
        ),
    )


def test_nothing_is_otherwise_than_itself() -> None:
    found = SAMPLE.pairs()
    same = compare(found, found)
    assert (same.changes, same.gone, same.new) == ((), (), ())
    assert same.same == sum(len(one.impacts) for one in found.scenarios)


def test_worse_comes_first_and_the_gravest_of_it() -> None:
    old = SAMPLE.exploration()
    new = changed(old, "node-lost:n3", Impact("site", State.DOWN))
    new = changed(new, "node-lost:n2", Impact("site", State.INTERRUPTED, Figure(3, "default")))
    new = changed(new, "shared:feed-a", Impact("database", State.UNAFFECTED))
    found = compare(old, new)
    assert [(one.scenario, one.service, one.direction) for one in found.changes] == [
        ("node-lost:n3", "site", "worse"),
        ("node-lost:n2", "site", "worse"),
        ("shared:feed-a", "database", "better"),
    ]
    back = compare(new, old)
    assert (len(back.worse), len(back.better)) == (len(found.better), len(found.worse))


def test_what_only_one_has_is_named_apart() -> None:
    old = SAMPLE.exploration()
    new = replace(old, scenarios=old.scenarios[1:], services=("site",))
    found = compare(old, new)
    assert (found.gone, found.new, found.services_gone) == (("node-lost:n1",), (), ("database",))
    assert compare(new, old).new == ("node-lost:n1",)
