"""What was folded comes out as it went in, and takes a fraction of the memory while it lies there."""

import pickle
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from quorate.explore.folded import TOGETHER, Folded
from quorate.explore.result import Scenario

SAMPLE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "data" / "explore" / "sample.py")))


def many(count: int) -> list[Scenario]:
    kinds = [*SAMPLE.exploration().scenarios, *SAMPLE.pairs().scenarios]
    return [replace(kinds[number % len(kinds)], id=f"{number}", replay=f"# {number}") for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, TOGETHER, 2 * TOGETHER + 7])
def test_what_comes_out_is_what_went_in(count):
    folded = Folded()
    folded.extend(many(count))
    assert len(folded) == count
    assert list(folded) == many(count)


def test_it_can_be_read_while_it_grows():
    folded, given = Folded(), many(3 * TOGETHER)
    for start in range(0, len(given), 100):
        folded.extend(given[start : start + 100])
        assert list(folded) == given[: start + 100]


def test_equal_impacts_are_one_object():
    folded, one = Folded(), SAMPLE.exploration().scenarios[0]
    folded.extend(pickle.loads(pickle.dumps(one)) for _ in range(TOGETHER + 1))
    assert len({id(scenario.impacts) for scenario in folded}) == 1


def test_it_is_small():
    folded, given = Folded(), many(8 * TOGETHER)
    folded.extend(given)
    assert len(pickle.dumps(folded)) < len(pickle.dumps(given)) / 3
