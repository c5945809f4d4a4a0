"""A recorded run, judged: the sample, and the ways in which a run can be less complete than the sample."""

import json
from dataclasses import replace

import pytest

from quorate.drill.about import mask
from quorate.drill.history import Recording
from quorate.drill.outcome import judge_run
from quorate.drill.outcome_json import to_json
from quorate.drill.record import Attempt, Moment
from quorate.drill.verdict import Verdict
from quorate.errors import UsageError
from quorate.report.text import summary


def test_the_sample(recording: Recording) -> None:
    outcome = judge_run(recording)
    assert outcome.verdict is Verdict.HELD
    assert outcome.client.judgement.outage_s == pytest.approx(6.127, abs=0.001)
    assert (outcome.serving.before, outcome.serving.after, outcome.serving.at_end) == ("n1", "n2", "n2")
    assert outcome.serving.failed_back is False
    assert outcome.notes == ()
    assert [flag.text for flag in outcome.flags] == ["power of n1 cut", "n1 fenced", "n1 back"]


def test_json_is_plain_and_says_what_matters(recording: Recording) -> None:
    value = json.loads(json.dumps(to_json(judge_run(recording))))
    assert value["schema"] == "quorate.drill/1"
    assert (value["verdict"], value["outage_s"]) == ("held", 6.126866)
    assert [phase["label"] for phase in value["phases"]][:2] == ["token lost", "new membership"]
    assert value["clients"][0]["failed"] == 304
    assert value["serving"]["failed_back"] is False


def test_failback_is_seen_in_the_answers(recording: Recording) -> None:
    trace = recording.traces[0]
    moved = tuple(replace(one, node="n1") if one.ok and one.n > 1500 else one for one in trace.attempts)
    outcome = judge_run(replace(recording, traces=(replace(trace, attempts=moved),)))
    assert outcome.serving.failed_back is True


def test_failback_is_unknown_while_the_node_is_away(recording: Recording) -> None:
    events = tuple(event for event in recording.events if event.moment is not Moment.RETURNED)
    outcome = judge_run(replace(recording, events=events, journals={}))
    assert outcome.serving.failed_back is None
    assert outcome.notes == ("No journals of the surviving nodes: the phases are not known.",)
    assert outcome.segments == ()


def test_the_worst_client_makes_the_verdict_and_the_headline(recording: Recording) -> None:
    calm = replace(
        recording.traces[0],
        name="calm",
        attempts=tuple(Attempt(a.n, a.sent_ns, a.sent_ns + 1000, "ok") for a in recording.traces[0].attempts),
    )
    strict = replace(recording, traces=(calm, *recording.traces), about=replace(recording.about, target_s=3))
    outcome = judge_run(strict)
    assert outcome.verdict is Verdict.VIOLATED
    assert outcome.client.trace.name == "web"
    assert [client.judgement.verdict for client in outcome.clients] == [Verdict.HELD, Verdict.VIOLATED]


def test_a_promise_not_to_serve_is_judged_from_its_events(recording: Recording) -> None:
    inject = next(event for event in recording.events if event.moment is Moment.INJECT)
    helped = replace(inject, moment=Moment.HELPED, at_ns=inject.at_ns + 4 * 10**9, text="BMC of n1 back")
    outcome = judge_run(replace(recording, events=(*recording.events, helped)))
    assert outcome.client.judgement.barred_s == pytest.approx(4.0, abs=0.1)
    assert outcome.verdict is Verdict.HELD
    assert "BMC of n1 back" in [flag.text for flag in outcome.flags]
    assert "of it while nobody was allowed to serve" in summary(outcome)
    late = replace(helped, at_ns=inject.at_ns + 8 * 10**9)
    outcome = judge_run(replace(recording, events=(*recording.events, late)))
    assert outcome.verdict is Verdict.VIOLATED
    assert outcome.client.reason.startswith("n2 answered 6.")


def test_a_probe_that_was_shot_and_a_clock_that_jumped_are_noted(recording: Recording) -> None:
    trace = recording.traces[0]
    shot = replace(trace, ended=None, wall_offset_end_ns=trace.wall_offset_ns + 3 * 10**9)
    notes = judge_run(replace(recording, traces=(shot,))).notes
    assert any("killed" in note for note in notes)
    assert any("+3.00 s" in note for note in notes)


def test_nothing_to_judge_is_a_usage_error(recording: Recording) -> None:
    with pytest.raises(UsageError, match="no fault"):
        judge_run(replace(recording, events=()))
    with pytest.raises(UsageError, match="no client"):
        judge_run(replace(recording, traces=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password: hunter2", "password: <masked>"),
        ("  ipmi: {user: admin, password: hunter2, cipher: 3}", "  ipmi: {user: admin, password: <masked>"),
        ("password: {env: IPMI_PASSWORD}", "password: {env: IPMI_PASSWORD}"),
        ('"auth_secret": "a b"', '"auth_secret": <masked>'),
        ("password:\n  env: X", "password:\n  env: X"),
        ("password: |\n  hunter2\nnodes:", "password: <masked>\n  <masked>\nnodes:"),
    ],
)
def test_literal_secrets_never_reach_a_report(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_what_a_clock_an_hour_ahead_wrote_is_no_phase(recording: Recording) -> None:
    journals = dict(recording.journals)
    for node, text in recording.journals.items():
        entries = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        for entry in entries:
            entry.pop("_SOURCE_REALTIME_TIMESTAMP", None)
            entry["__REALTIME_TIMESTAMP"] = str(int(entry["__REALTIME_TIMESTAMP"]) + 3600 * 10**6)
        journals[node] = "\n".join([text, *map(json.dumps, entries)])
    assert len("".join(journals.values())) > 1.5 * len("".join(recording.journals.values()))
    assert judge_run(replace(recording, journals=journals)).phases == judge_run(recording).phases
