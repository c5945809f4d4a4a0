import json
from dataclasses import replace

from quorate.drill.history import Recording
from quorate.drill.journal import JournalLine
from quorate.drill.outcome import judge_run
from quorate.drill.taken import seen, taken
from quorate.explore.measured import Sample


def line(time_s: float, message: str) -> JournalLine:
    return JournalLine(time_s, "n2", "pacemaker-controld", message)


def test_clients_say_when_a_service_answered_and_the_journal_when_a_kill_was_told(recording: Recording) -> None:
    outcome = judge_run(recording)
    zero_s, answered_s = outcome.started.timestamp(), 4.9
    lines = [
        line(zero_s - 9, "Result of asyncmon operation for web-apache on n1: error (Simulated failure)"),
        line(zero_s + 0.25, "Result of asyncmon operation for web-apache on n1: error (Simulated failure)"),
        line(zero_s + 3, "Requesting local execution of start operation for web-apache on n2"),
    ]
    found = list(seen(lines, outcome))
    assert [sample.key for sample in found] == [("web-apache", "serves", "n2")]
    assert 0 < found[0].seconds < answered_s
    killed = replace(outcome, about=replace(outcome.about, fault="kill-server"))
    assert Sample(("", "watched", ""), zero_s, 0.25) in list(seen(lines, killed))


def test_without_journals_nothing_was_measured(recording: Recording) -> None:
    assert taken(replace(recording, journals={}), judge_run(recording)) == ()


def test_a_recorded_drill_says_what_its_actions_took(recording: Recording) -> None:
    found = {sample.key for sample in taken(recording, judge_run(recording))}
    assert ("", "reboot", "n1") in found


def test_a_fault_that_explore_does_not_cover_teaches_nothing(recording: Recording) -> None:
    outcome = judge_run(recording)
    assert taken(recording, replace(outcome, about=replace(outcome.about, fault="kill-pacemaker-execd"))) == ()


def test_what_a_clock_an_hour_ahead_wrote_teaches_nothing(recording: Recording) -> None:
    text = next(iter(recording.journals.values()))
    late = [json.loads(line) for line in text.splitlines()]
    for entry in late:
        entry.pop("_SOURCE_REALTIME_TIMESTAMP", None)
        entry["__REALTIME_TIMESTAMP"] = str(int(entry["__REALTIME_TIMESTAMP"]) + 3600 * 10**6)
    ahead = replace(recording, journals={**recording.journals, "n9": "\n".join(map(json.dumps, late))})
    assert taken(ahead, judge_run(ahead)) == taken(recording, judge_run(recording))
