"""Journals of drills, in tests/data/explore/journals: NAME.txt, and in NAME.json what they say that actions took."""

import json
from pathlib import Path

import pytest

from quorate.drill.journal import JournalLine
from quorate.explore.durations import BUSY, SERVES, START_FAILS, STOP_HUNG
from quorate.explore.measured import (
    KEPT,
    Measured,
    Sample,
    as_record,
    from_answer,
    from_cib,
    from_journals,
    from_record,
)

JOURNALS = Path(__file__).parents[2] / "data/explore/journals"


def lines_of(file: Path) -> list[JournalLine]:
    words = (line.split(" ", 3) for line in file.read_text().splitlines())
    return [JournalLine(float(time_s), node, program, message) for time_s, node, program, message in words]


@pytest.mark.parametrize("file", sorted(JOURNALS.glob("*.txt")), ids=lambda file: file.stem)
def test_a_journal_says_what_actions_took(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text())
    found = [[*sample.key, round(sample.seconds, 3)] for sample in from_journals(lines_of(file))]
    assert found == expected


def line(time_s: float, message: str, program: str = "pacemaker-controld", node: str = "n1") -> JournalLine:
    return JournalLine(time_s, node, program, message)


def test_the_delay_of_fencing_is_no_part_of_it() -> None:
    lines = [
        line(1.0, "notice: Requesting fencing (off) targeting n2 | timeout=60000"),
        line(1.1, "notice: Delaying 'off' action targeting n2 using ipmi-n2 for 7s", "pacemaker-fenced"),
        line(9.5, "notice: Peer n2 was terminated (off) by n1 on behalf of pacemaker-controld.47@n1: OK"),
    ]
    assert Sample(("", "off", "n2"), 9.5, 1.5) in from_journals(lines)


def test_fencing_that_failed_is_no_sample() -> None:
    lines = [
        line(1.0, "Requesting fencing (reboot) of node n2"),
        line(3.0, "Peer n2 was not terminated (reboot) by n1 on behalf of pacemaker-controld.47@n1: No such device"),
    ]
    assert from_journals(lines) == ()


def test_an_operation_that_failed_is_no_sample_of_one_that_did_not() -> None:
    lines = [
        line(1.0, "Requesting local execution of start operation for db on n1"),
        line(1.25, "Result of start operation for db on n1: error (failed)"),
        line(2.0, "Requesting local execution of start operation for db on n1"),
        line(22.0, "Result of start operation for db on n1: Timed Out after 20s (no answer)"),
        line(30.0, "Requesting local execution of stop operation for db on n1"),
        line(31.0, "Result of stop operation for db on n1: error (failed)"),
    ]
    found = [(one.key, one.seconds) for one in from_journals(lines) if one.key[0]]
    assert found == [(("db", START_FAILS, "n1"), 0.25)]


def test_a_later_wording_is_read_too() -> None:
    lines = [
        line(1.0, "notice: Requesting local execution of 10s-interval monitor operation for drbd:1 on n1"),
        line(1.5, "notice: Result of 10s-interval monitor operation for drbd:1 on n1: promoted"),
    ]
    assert Sample(("drbd", "monitor", "n1"), 1.5, 0.5) in from_journals(lines)


def test_a_node_under_load_is_noted() -> None:
    lines = [
        line(1.0, "notice: Requesting local execution of start operation for db on n1"),
        line(1.2, "notice: High CPU load detected: 4.680000"),
        line(1.5, "notice: Result of start operation for db on n1: ok"),
    ]
    assert Sample(("", BUSY, ""), 1.5, 1.0) in from_journals(lines)


def test_a_service_may_answer_before_its_start_has_ended() -> None:
    lines = [
        line(1.0, "notice: Requesting local execution of start operation for ip on n1"),
        line(2.0, "notice: Requesting local execution of start operation for db on n2"),
        line(2.1, "notice: Requesting local execution of start operation for other on n2"),
        line(2.2, "notice: Requesting local execution of monitor operation for ip on n2"),
        line(6.0, "notice: Result of start operation for db on n2: ok"),
        line(7.0, "notice: Requesting local execution of start operation for ip on n1"),
    ]
    assert from_answer(lines, ["ip", "db"], 2.5) == (Sample(("db", SERVES, "n2"), 2.5, 0.5),)
    assert from_answer(lines, ["ip", "db"], 0.5) == ()


CIB = """<cib><status><node_state uname="n1"><lrm><lrm_resources><lrm_resource id="db:0">{}</lrm_resource>
</lrm_resources></lrm></node_state></status></cib>"""
RUN = '<lrm_rsc_op operation="{}" interval="{}" rc-code="{}" exec-time="{}" queue-time="{}" last-rc-change="100"/>'


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (("start", 0, 0, 1500, 20), [Sample(("db", "start", "n1"), 100.0, 1.52)]),
        (("monitor", 0, 7, 50, 0), [Sample(("db", "probe", "n1"), 100.0, 0.05)]),
        (("monitor", 5000, 8, 50, 0), [Sample(("db", "monitor", "n1"), 100.0, 0.05)]),
        (("monitor", 5000, 7, 50, 0), []),
        (("start", 0, 1, 1500, 0), []),
        (("start", 0, 0, 0, 0), []),  # crm_simulate writes 0
    ],
)
def test_a_history_says_what_operations_took(entry: tuple[str, int, int, int, int], expected: list[Sample]) -> None:
    assert list(from_cib(CIB.format(RUN.format(*entry)))) == expected


@pytest.mark.parametrize("text", ["", "nonsense", "<cib/>", "<cib><status><node_state/></status></cib>"])
def test_what_is_no_cib_has_no_history(text: str) -> None:
    assert from_cib(text) == ()


def test_the_newest_are_kept_and_none_twice() -> None:
    key = ("db", "start", "n1")
    found = Measured() | [Sample(key, 10.0 * n, float(n)) for n in range(KEPT + 5)]
    assert found.seconds == {key: tuple(float(n) for n in range(5, KEPT + 5))}
    assert (found | [Sample(key, 10.0 * 7 + 1, 7.0)]) == found


def test_pauses_come_often() -> None:
    key = ("", "action", "")
    found = Measured() | [Sample(key, 10.0, 0.1), Sample(key, 10.5, 0.2), Sample(key, 10.0, 0.1)]
    assert found.seconds == {key: (0.1, 0.2)}


def test_a_record_is_read_as_it_was_written() -> None:
    found = Measured() | [Sample(("db", "start", "n1"), 10.0, 1.5), Sample(("", "reboot", "n2"), 12.0, 0.8)]
    assert from_record(json.loads(json.dumps(as_record(found)))) == found


@pytest.mark.parametrize(
    "record", [[{}], 3, [{"resource": "a", "task": "b", "node": "c", "samples": [[1, -1]]}], [{"resource": 1}]]
)
def test_no_record(record: object) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        from_record(record)


def test_the_stop_of_what_hangs_is_a_kind_of_its_own() -> None:
    lines = [
        line(1.0, "Result of monitor operation for db on n1: Timed Out after 20s (Resource agent did not complete)"),
        line(1.5, "Requesting local execution of stop operation for db on n1"),
        line(41.5, "Result of stop operation for db on n1: ok"),
        line(50.0, "Requesting local execution of stop operation for db on n1"),
        line(52.0, "Result of stop operation for db on n1: ok"),
    ]
    stops = [(one.key, one.seconds) for one in from_journals(lines) if "stop" in one.key[1]]
    assert stops == [(("db", STOP_HUNG, "n1"), 40.0), (("db", "stop", "n1"), 2.0)]


@pytest.mark.parametrize(
    ("failed", "kept"),
    [
        ("Result of monitor operation for db on n1: not running", ["stop after failure"]),
        ("Result of asyncmon operation for db on n1: error (Simulated failure)", ["stop after failure"]),
        ("Result of start operation for db on n1: error (no file)", ["stop after failure"]),
        ("Result of monitor operation for db on n1: error (this is a drill)", []),  # the server may well have run
    ],
)
def test_a_stop_is_kept_by_what_there_was_to_stop(failed: str, kept: list[str]) -> None:
    lines = [
        line(0.5, "Requesting local execution of start operation for db on n1"),
        line(1.0, failed),
        line(1.5, "Requesting local execution of stop operation for db on n1"),
        line(2.0, "Result of stop operation for db on n1: ok"),
    ]
    assert [one.key[1] for one in from_journals(lines) if one.key[1].startswith("stop")] == kept
