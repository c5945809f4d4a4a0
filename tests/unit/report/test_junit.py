"""Drills as JUnit's XML: held passes, violated fails, unknown is an error."""

from dataclasses import replace

from lxml import etree
from test_reports import foretold

from quorate.drill.history import Recording
from quorate.drill.outcome import judge_run
from quorate.drill.series import Run
from quorate.report.junit import xml


def test_every_verdict_has_its_own_form(recording: Recording) -> None:
    trace = recording.traces[0]
    never = tuple(replace(one, result="refused", node="") for one in trace.attempts)
    unknown = replace(recording, traces=(replace(trace, attempts=never),))
    missed = replace(recording, about=replace(recording.about, target_s=0.1, cluster="<a & b>"))
    suite = etree.fromstring(xml([Run("a run", judge_run(one)) for one in (recording, missed, unknown)]))
    assert [suite.get(key) for key in ("tests", "failures", "errors")] == ["3", "1", "1"]
    assert [[child.tag for child in case][1:] for case in suite] == [[], ["failure"], ["error"]]
    assert suite[1].get("classname") == f"<a & b>.{recording.about.service}"
    assert suite[1].findtext("failure") == "Clients waited 6.13 s; the target is 0.1 s."
    outage = suite[0].find("properties/property[@name='outage_s']")
    assert outage is not None
    assert outage.get("value") == "6.127"


def test_a_wrong_prediction_is_a_property_and_fails_nothing(recording: Recording) -> None:
    off = replace(recording, predictions={"web": foretold("longer-than-the-margin")})
    suite = etree.fromstring(xml([Run("a run", judge_run(off))]))
    assert [suite.get(key) for key in ("tests", "failures", "errors")] == ["1", "0", "0"]
    found = {one.get("name"): one.get("value") for one in suite.iterfind(".//property")}
    assert (found["predicted_s"], found["prediction"]) == ("4.230", "another length")


def test_no_run_is_no_case() -> None:
    assert len(etree.fromstring(xml([]))) == 0


def test_every_client_of_a_run_has_its_case(recording: Recording) -> None:
    trace = recording.traces[0]
    never = replace(trace, name="api", attempts=tuple(replace(one, result="refused") for one in trace.attempts))
    suite = etree.fromstring(xml([Run("a run", judge_run(replace(recording, traces=(trace, never))))]))
    assert [suite.get(key) for key in ("tests", "failures", "errors")] == ["2", "0", "1"]
    assert {case.get("classname"): [child.tag for child in case][1:] for case in suite} == {
        "web-demo.web": [],
        "web-demo.api": ["error"],
    }
