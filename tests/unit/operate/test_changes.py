"""A change under way is a remark, one that was begun and never ended a warning; what has ended is neither."""

from dataclasses import replace

from quorate.errors import Unknown
from quorate.findings import Severity
from quorate.observe.facts.change_records import ChangeRecord
from quorate.operate.changes import problems
from quorate.operate.view import unreachable

ENDED = ChangeRecord("20261127-120000", "apply", "done", "", "root", "vm", ended="2026-11-27T12:01:00+00:00")
BEGUN = replace(ENDED, id="20261127-130000", state="begun", ended="", stage="configuration")
VIEW = unreachable("n1", Unknown("no answer"))


def test_what_has_ended_is_not_spoken_of() -> None:
    assert list(problems([VIEW, replace(VIEW, records=(ENDED,))])) == []


def test_a_change_that_nobody_ended_is_a_warning_with_both_ways_on() -> None:
    (finding,) = problems([replace(VIEW, records=(ENDED,)), replace(VIEW, records=(BEGUN,))])
    assert (finding.code, finding.severity) == ("change-unfinished", Severity.WARNING)
    assert "root on vm" in finding.summary
    assert "configuration" in finding.summary
    assert "apply" in finding.fix
    assert "rollback" in finding.fix


def test_one_that_ended_on_another_node_has_ended() -> None:
    done = replace(BEGUN, state="done", ended="2026-11-27T13:01:00+00:00")
    assert list(problems([replace(VIEW, records=(BEGUN,)), replace(VIEW, records=(done,))])) == []


def test_a_change_under_way_is_a_remark() -> None:
    (finding,) = problems([VIEW, replace(VIEW, records=(BEGUN,), changing="root on vm (process 7)")])
    assert (finding.code, finding.severity) == ("change-under-way", Severity.INFO)
    assert "root on vm (process 7)" in finding.summary
