"""A prediction held against what was measured: golden cases, one file each, and what every case keeps to."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from quorate.drill.foretold import MARGIN_S, MARGIN_SHARE, Agreement, Foretold, Measured, compare
from quorate.drill.history import History, Recording, read
from quorate.drill.outcome import judge_run
from quorate.drill.outcome_json import to_json
from quorate.drill.phases import Milestone, Step
from quorate.drill.prediction import Prediction
from quorate.drill.record import Moment

CASES = sorted((Path(__file__).parents[2] / "data" / "foretold").glob("*.json"))
WRONG = {Agreement.LENGTH: "prediction-off", Agreement.STATE: "prediction-wrong"}


def compared(case: Path) -> tuple[Foretold, dict]:
    value = json.loads(case.read_text(encoding="utf-8"))
    told = value["measured"].pop("milestones", ())
    milestones = tuple(Milestone(Step(step), at_s, node, subject) for step, at_s, node, subject in told)
    measured = Measured(**value["measured"], milestones=milestones)
    return compare(Prediction.parse(value["prediction"]), measured), value["expected"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_case_is_judged_as_agreed(case: Path) -> None:
    found, expected = compared(case)
    finding = found.finding
    assert {
        "agreement": found.agreement,
        "finding": finding.code if finding else None,
        "error": None if found.error is None else round(found.error, 4),
        "reason": found.reason,
        "steps": [[row.label, row.predicted_s, row.measured_s] for row in found.rows],
    } == expected


def test_there_are_cases_of_every_sort() -> None:
    assert {compared(case)[0].agreement for case in CASES} == set(Agreement)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_disagreement_is_a_finding_and_nothing_else_is(case: Path) -> None:
    found, _ = compared(case)
    assert (found.finding.code if found.finding else None) == WRONG.get(found.agreement)
    if found.margin_s is not None and found.measured_s is not None:
        assert found.margin_s == max(MARGIN_S, MARGIN_SHARE * found.measured_s)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_prediction_is_read_as_it_was_written(case: Path, recording: Recording, tmp_path: Path) -> None:
    prediction = compared(case)[0].prediction
    history = History(tmp_path, recording.about)
    history.prediction(prediction)
    assert read(tmp_path).prediction == prediction
    with pytest.raises(FileExistsError):
        history.prediction(prediction)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"failures": [], "words": "", "missing": "", "impact": null}'])
def test_a_damaged_prediction_is_told_and_not_believed(recording: Recording, tmp_path: Path, text: str) -> None:
    History(tmp_path, recording.about)
    (tmp_path / "prediction.json").write_text(text)
    found = read(tmp_path)
    assert (found.prediction, found.broken) == (None, ("prediction.json",))


def prediction(name: str) -> Prediction:
    [case] = [case for case in CASES if case.stem == name]
    return compared(case)[0].prediction


def test_a_wrong_prediction_is_a_note_and_changes_no_verdict(recording: Recording) -> None:
    right, wrong = prediction("longer-than-the-margin"), prediction("down-until-the-node-returns")
    plain, off, other = (
        judge_run(replace(recording, predictions={"web": one} if one else {})) for one in (None, right, wrong)
    )
    assert plain.foretold is None
    assert {plain.verdict, off.verdict, other.verdict} == {plain.verdict}
    assert off.foretold is not None
    assert off.foretold.agreement is Agreement.LENGTH
    assert [note.rpartition(" ")[2] for note in (*off.notes, *other.notes)] == [
        "[prediction-off]",
        "[prediction-wrong]",
    ]
    value = to_json(other)["foretold"]
    assert (value["agreement"], value["finding"]["code"]) == ("another end state", "prediction-wrong")
    assert to_json(plain)["foretold"] is None


def test_a_run_that_was_helped_is_compared_as_such(recording: Recording) -> None:
    down = prediction("down-until-helped")
    inject = next(event for event in recording.events if event.moment is Moment.INJECT)
    helped = replace(inject, moment=Moment.HELPED, at_ns=inject.at_ns + 4 * 10**9, text="n1 switched on")
    alone = judge_run(replace(recording, predictions={"web": down}))
    assert alone.foretold is not None
    assert alone.foretold.agreement is Agreement.STATE
    found = judge_run(replace(recording, predictions={"web": down}, events=(*recording.events, helped)))
    assert found.foretold is not None
    assert found.foretold.agreement is Agreement.AGREED


def test_a_load_that_holds_pacemaker_back_is_told(recording: Recording) -> None:
    off = replace(recording, predictions={"web": prediction("longer-than-the-margin")})
    node, text = next(iter(recording.journals.items()))
    entry = json.loads(text.splitlines()[-1])
    entry |= {"SYSLOG_IDENTIFIER": "pacemaker-controld", "MESSAGE": "notice: High CPU load detected: 13.480000"}
    busy = replace(off, journals={**recording.journals, node: f"{text}\n{json.dumps(entry)}\n"})
    calm, held = (judge_run(one).foretold for one in (off, busy))
    assert calm is not None
    assert held is not None
    assert (calm.is_busy, held.is_busy) == (False, True)
    assert held.reason == f"{calm.reason} Pacemaker held back meanwhile, for a node's load was high."


def test_a_run_that_was_cut_off_proves_no_prediction_wrong(recording: Recording) -> None:
    wrong = prediction("down-until-the-node-returns")
    events = tuple(event for event in recording.events if event.moment is not Moment.SETTLED)
    found = judge_run(replace(recording, predictions={"web": wrong}, events=events)).foretold
    assert found is not None
    assert (found.agreement, found.finding) == (Agreement.NONE, None)
