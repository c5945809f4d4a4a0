"""Every question is a file, keeps the protocol, and answers in values that go to JSON."""

import dataclasses
import json

import pytest

from quorate.explore.answers import answers, findings, questions
from quorate.explore.subject import Rate

from .made import away_s, down, exploration, scenario, subject, twice

FOUND = exploration(
    scenario("node-lost:n1", away_s("web", 30), rate=Rate(1, 60, "assumption")),
    scenario("node-hung:n1", down("web", "not-fenced"), rate=Rate(1, 60, "assumption")),
    scenario("node-lost:n1 then node-lost:n2", twice("web")),
    depth=2,
    outage_target_s=5,
    availability_target=99.9999,
)


def test_the_questions_are_found() -> None:
    assert list(questions()) == ["availability", "cut_sets", "interruptions", "single_points", "spare"]
    assert all(module.TITLE for module in questions().values())


@pytest.mark.parametrize("name", questions())
def test_an_answer_goes_to_json_as_it_is(name: str) -> None:
    result = answers(FOUND, subject("web"))[name]
    assert json.loads(json.dumps(dataclasses.asdict(result)))


def test_findings_of_all_answers() -> None:
    found = findings(answers(FOUND, subject("web")))
    assert {one.code for one in found} == {
        "availability-below-target",
        "outage-above-target",
        "single-point-of-failure",
        "two-copies-possible",
    }
    assert all(one.why and one.fix and one.path for one in found)
    assert {one.code for one in found} < {code for module in questions().values() for code in module.FINDS}


def test_an_exploration_of_nothing_has_answers_too() -> None:
    empty = exploration()
    assert findings(answers(empty, subject())) == []
