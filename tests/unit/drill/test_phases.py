"""Milestones from journals: real wordings, several nodes, other fencings, what is missing."""

import json
from itertools import pairwise

import pytest

from quorate.drill.history import Recording
from quorate.drill.journal import JournalLine, fetch, parse_journal
from quorate.drill.phases import Phases, Step, find_phases, segments

FAULT = 1000.0
NODES = {1: "n1", 2: "n2", 3: "n3"}


def lines(*said: tuple[float, str, str], node: str = "n2") -> list[JournalLine]:
    return [JournalLine(FAULT + at_s, node, program, message) for at_s, program, message in said]


def phases(found: list[JournalLine], answered_s: float | None = None, **more: object) -> Phases:
    return find_phases(found, victim="n1", nodes=NODES, fault_s=FAULT, answered_s=answered_s, **more)  # type: ignore[arg-type]


LEFT = "[TOTEM ] A new membership (2.12) was formed. Members left: 1"
LOST = "[TOTEM ] A processor failed, forming new configuration: token timed out (1650ms), waiting 1980ms for consensus."


def test_the_sample_in_order(recording: Recording) -> None:
    found = find_phases(
        [line for node, text in recording.journals.items() for line in parse_journal(text, node)],
        victim="n1",
        nodes=NODES,
        fault_s=(5_008 * 10**9 + recording.traces[0].wall_offset_ns) / 1e9,
        answered_s=6.1,
        resources=("web-address", "web-apache"),
    )
    told = [(one.step, one.subject, round(one.at_s, 2), one.node) for one in found.milestones]
    assert told == [
        (Step.TOKEN_LOST, "", 1.50, "n2"),
        (Step.MEMBERSHIP, "", 2.70, "n2"),
        (Step.FENCING_REQUESTED, "", 4.30, "n2"),
        (Step.FENCED, "", 4.80, "n2"),
        (Step.STARTED, "web-address", 5.20, "n2"),
        (Step.STARTED, "web-apache", 5.90, "n2"),
        (Step.FIRST_ANSWER, "", 6.10, "client"),
    ]
    assert [(event.action, event.by, event.ok) for event in found.fencing] == [("reboot", "n3", True)]
    assert round(found.rejoined_s or 0, 1) == 14.6
    assert found.moved == ()


def test_segments_cover_the_time_to_the_first_answer_without_holes(recording: Recording) -> None:
    journals = [line for node, text in recording.journals.items() for line in parse_journal(text, node)]
    fault_s = (5_008 * 10**9 + recording.traces[0].wall_offset_ns) / 1e9
    cut = segments(find_phases(journals, victim="n1", nodes=NODES, fault_s=fault_s, answered_s=6.1))
    assert cut[0].start_s == 0
    assert cut[-1].end_s == 6.1
    assert all(one.end_s == other.start_s for one, other in pairwise(cut))
    assert sum(one.share for one in cut) == pytest.approx(1)


@pytest.mark.parametrize(
    "message",
    [
        "Operation 'reboot' targeting n1 by n2 for pacemaker-controld.1713@n2: OK (complete)",
        "Operation 'reboot' targeting n1 by n2 for pacemaker-controld.1713@n2.a127b270: OK",
        "Operation 'off' targeting n1 on n2 for pacemaker-controld.9@n3: OK | id=a127b270",
        "Peer n1 was terminated (reboot) by n2 on behalf of pacemaker-controld.1713: OK",
        "Peer n1 was terminated (off) by <anyone> on behalf of stonith_admin.77@n3: OK (complete) | initiator=n3",
    ],
)
def test_wordings_of_a_fencing_that_worked(message: str) -> None:
    found = phases(lines((4.8, "pacemaker-fenced", message)))
    assert found.at(Step.FENCED) == pytest.approx(4.8)
    assert found.fencing[0].ok


@pytest.mark.parametrize(
    "message",
    [
        "Operation 'reboot' targeting n1 by n2 for pacemaker-controld.1713@n2: Timed Out (Fencing did not complete)",
        "Operation 'reboot' targeting n1 by unknown node for pacemaker-controld.1713@n2: No such device",
        "Peer n1 was not terminated (reboot) by n2 on behalf of pacemaker-controld.1713: Error",
    ],
)
def test_wordings_of_a_fencing_that_failed(message: str) -> None:
    found = phases(lines((4.8, "pacemaker-fenced", message)))
    assert found.at(Step.FENCED) is None
    assert [event.ok for event in found.fencing] == [False]


def test_fencing_of_another_node_is_an_event_but_no_milestone() -> None:
    message = "Operation 'reboot' targeting n3 by n2 for pacemaker-controld.1713@n2: OK (complete)"
    found = phases(lines((4.8, "pacemaker-fenced", message)))
    assert found.at(Step.FENCED) is None
    assert found.fencing[0].target == "n3"


def test_a_node_fenced_twice_is_two_events() -> None:
    message = "Operation 'reboot' targeting n1 by n2 for pacemaker-controld.1713@n2: OK (complete)"
    found = phases(
        lines(
            (4.8, "pacemaker-fenced", message), (4.81, "pacemaker-fenced", message), (30, "pacemaker-fenced", message)
        )
    )
    assert [round(event.at_s, 1) for event in found.fencing] == [4.8, 30.0]


@pytest.mark.parametrize(
    ("message", "left"),
    [
        (LEFT, True),
        ("[TOTEM ] A new membership (1.116fc) was formed. Members joined: 2 left: 1 3", True),
        ("[TOTEM ] A new membership (192.168.3.31:2094) was formed. Members left: 1", True),
        ("[TOTEM ] A new membership (2.12) was formed. Members left: 3", False),
        ("[TOTEM ] A new membership (2.12) was formed. Members left: 11", False),
        ("[TOTEM ] A new membership (2.12) was formed. Members joined: 1", False),
        ("[TOTEM ] A new membership (2.12) was formed. Members", False),
    ],
)
def test_membership_is_the_one_without_the_victim(message: str, left: bool) -> None:
    assert (phases(lines((2.7, "corosync", message))).at(Step.MEMBERSHIP) is not None) is left


def test_what_was_said_before_the_fault_does_not_count() -> None:
    found = phases(lines((-9, "corosync", LOST), (-8, "corosync", LEFT)))
    assert found.milestones == ()


def test_a_token_lost_again_later_does_not_count() -> None:
    found = phases(lines((1.5, "corosync", LOST), (2.7, "corosync", LEFT), (20, "corosync", LOST)))
    assert found.at(Step.TOKEN_LOST) == pytest.approx(1.5)


def test_starts_before_the_node_was_lost_or_of_other_resources_are_none_of_the_failover() -> None:
    start = "Result of start operation for {} on n2: ok"
    found = phases(
        lines(
            (1.0, "pacemaker-controld", start.format("web")),
            (2.7, "corosync", LEFT),
            (5.0, "pacemaker-controld", start.format("ipmi-n3")),
            (5.2, "pacemaker-controld", start.format("web")),
            (
                5.3,
                "pacemaker-controld",
                "Result of start operation for web on n3: error (Resource agent did not exist)",
            ),
        ),
        resources=("web",),
    )
    assert [(one.subject, round(one.at_s, 1)) for one in found.milestones if one.step is Step.STARTED] == [("web", 5.2)]


def test_a_start_long_after_the_first_answer_is_a_move() -> None:
    start = "Result of start operation for web on {}: ok"
    found = phases(
        lines(
            (2.7, "corosync", LEFT),
            (5.2, "pacemaker-controld", start.format("n2")),
            (20, "pacemaker-controld", start.format("n1")),
        ),
        answered_s=6.1,
    )
    assert [(one.node, one.at_s) for one in found.moved] == [("n1", 20)]


def test_journal_of_bytes_and_of_rubbish() -> None:
    said = "Müller".encode("latin-1")
    text = "\n".join(
        [
            json.dumps({"__REALTIME_TIMESTAMP": "1000500000", "SYSLOG_IDENTIFIER": "corosync", "MESSAGE": [*said]}),
            json.dumps(
                {"__REALTIME_TIMESTAMP": "2", "_SOURCE_REALTIME_TIMESTAMP": "1000600000", "_COMM": "x", "MESSAGE": None}
            ),
            json.dumps({"MESSAGE": "no time"}),
            "-- Boot 1234 --",
            "[1]",
            '{"__REALTIME_TIMESTAMP": "10007',
        ]
    )
    found = parse_journal(text, "n2")
    assert [(line.time_s, line.program, line.message) for line in found] == [
        (1000.5, "corosync", "M\ufffdller"),
        (1000.6, "x", ""),
    ]


def test_journals_are_fetched_from_whole_seconds_before_the_fault() -> None:
    argv = fetch(1795260208.9).argv
    assert "--since=@1795260208" in argv
    assert "--identifier=pacemaker-fenced" in argv


def test_a_start_that_its_agent_reports_after_the_first_answer_is_no_move() -> None:
    """ocf:heartbeat:mysql sleeps on after the server answers clients."""
    told = lines(
        (2.5, "pacemaker-controld", "notice: Result of start operation for db-address on n2: ok"),
        (6.5, "pacemaker-controld", "notice: Result of start operation for db-server on n2: ok"),
        (9.0, "pacemaker-controld", "notice: Result of start operation for db-server on n1: ok"),
    )
    found = phases(told, 3.0, resources=("db-address", "db-server"))
    assert [one.subject for one in found.milestones if one.step is Step.STARTED] == ["db-address", "db-server"]
    assert [(one.subject, one.node) for one in found.moved] == [("db-server", "n1")]


def test_a_monitor_that_fails_is_when_a_killed_server_is_noticed() -> None:
    dead = "notice: Result of monitor operation for db-server on n1: not running"
    told = lines((2.5, "pacemaker-controld", dead), (2.6, "pacemaker-controld", dead.replace("not running", "ok")))
    found = phases(told, 3.0, resources=("db-server",))
    assert found.at(Step.NOTICED) == 2.5
    assert phases(told, 3.0, resources=("web",)).at(Step.NOTICED) is None
    assert phases(told, 2.0, resources=("db-server",)).at(Step.NOTICED) is None  # a failure after the first answer
    assert phases([*told, *lines((1.0, "corosync", LEFT))], 3.0).at(Step.NOTICED) is None
