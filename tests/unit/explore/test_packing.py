"""An exploration survives packing; equal values have equal keys, and others others."""

import json
import runpy
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

from quorate.explore.packing import Once, key, pack, unpack
from quorate.explore.scheduler.step import Result, Step

from .small import subject

SAMPLE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "data" / "explore" / "sample.py")))
SUBJECT = subject("n1", "n2")


@pytest.mark.parametrize("make", ["exploration", "pairs"])
def test_what_is_unpacked_is_what_was_packed(make):
    found = getattr(SAMPLE, make)()
    assert unpack(json.loads(json.dumps(pack(found)))) == found


def test_what_repeats_is_packed_once():
    found = SAMPLE.exploration()
    many = replace(found, scenarios=found.scenarios * 50)
    assert len(pack(many)["impacts"]) == len(pack(found)["impacts"])
    assert len(pack(many)["rows"]) == len(pack(found)["rows"])


@pytest.mark.parametrize("broken", [{}, {"format": 0}, {"format": 1}, {"format": 1, "impacts": [[1]], "rows": []}])
def test_anything_else_is_not_unpacked(broken):
    with pytest.raises((ValueError, KeyError, TypeError, IndexError)):
        unpack(broken)


def test_equal_subjects_have_one_key_whatever_their_order():
    parts = MappingProxyType(dict(reversed(SUBJECT.parts.items())))
    assert key(replace(SUBJECT, parts=parts)) == key(SUBJECT)
    assert key(frozenset({("n1", 0), ("n2", 1)})) == key(frozenset({("n2", 1), ("n1", 0)}))


@pytest.mark.parametrize(
    "other",
    [
        replace(SUBJECT, cib="<cib epoch='2'/>"),
        replace(SUBJECT, detection_s=4),
        replace(SUBJECT, fencing=False),
        replace(SUBJECT, services=SUBJECT.services[:1]),
    ],
    ids=["cib", "detection", "fencing", "services"],
)
def test_another_subject_has_another_key(other):
    assert key(other) != key(SUBJECT)


def test_a_key_knows_a_list_of_one_from_what_is_in_it():
    assert key(("a",), "b") != key("a", ("b",))
    assert key(Step(lost=("n1",))) != key(Step(left=("n1",)))
    assert key(Result("a", "start", 0, "n1", 1)) != key(("a", "start", 0, "n1", 1))


def test_equal_impacts_are_one_object():
    once, one = Once(), SAMPLE.exploration().scenarios[0]
    again = replace(one, impacts=tuple(replace(impact) for impact in one.impacts))
    assert one.impacts is not again.impacts
    assert once.scenario(one).impacts is once.scenario(again).impacts
