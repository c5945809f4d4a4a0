"""How the cluster is, judged from what nodes printed: tests/data/operate/CASE/NODE.QUESTION, the status in line one.

`healthy` was written down from three lab nodes; another case holds only what differs from it. NODE.unreachable says
why a node could not be asked. expected.txt is the screen and the exit code. A new case needs no Python: make the
folder, `QUORATE_WRITE_GOLDEN=1 pytest tests/unit/operate`, and read the expected.txt that it wrote.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator

from quorate.catalog.platforms import platform_for
from quorate.errors import QuorateError, TimedOut
from quorate.findings import Severity
from quorate.operate.status import judge
from quorate.operate.view import View
from quorate.ui.screen import age
from quorate.ui.terminal import as_json

from .cases import DATA as ALL
from .cases import NOW, Cases

OPERATE = Cases(ALL / "operate")
SCHEMA = Draft202012Validator(json.loads((ALL.parents[1] / "docs/reference/status.schema.json").read_text()))
CASES, CLUSTER = OPERATE.names, OPERATE.cluster
status, views, screen, codes = OPERATE.status, OPERATE.views, OPERATE.screen, OPERATE.codes


def service(case: str):
    return status(case).services[0]


@pytest.mark.parametrize("case", CASES)
def test_the_screen(case: str) -> None:
    assert screen(case) == OPERATE.expected(case)


@pytest.mark.parametrize("case", CASES)
def test_the_screen_is_one_screen_and_json_can_be_written(case: str) -> None:
    above, _, _ = screen(case).partition("\n\n")
    assert above.count("\n") < 24
    assert all(len(line) <= 120 for line in above.splitlines())
    found = {"well": status(case).well, "exit_code": status(case).exit_code} | asdict(status(case))
    SCHEMA.validate(json.loads(json.dumps(found, default=as_json)))


@pytest.mark.parametrize(
    ("case", "code", "found"),
    [
        ("healthy", 0, set()),
        ("node-lost-and-fenced", 1, {"node-offline"}),
        ("unclean-and-fencing-fails", 1, {"node-unclean", "service-lost", "fencing-failed"}),
        ("start-failed-everywhere", 1, {"service-partly"}),
        ("stopped-by-hand", 1, {"service-stopped"}),
        ("node-just-back", 1, {"node-pending"}),
        ("split-brain", 1, {"split-brain"}),
        ("no-quorum", 1, {"no-quorum", "service-stopped"}),
        ("fencing-device-failed", 1, {"fencing-device-down"}),
        ("proof-void-and-missing", 1, {"fencing-proof-void", "fencing-proof-missing"}),
        ("maintenance", 1, {"maintenance-mode"}),
        ("left-over-ban", 1, {"left-over-constraint"}),
        ("left-over-prefer", 1, {"left-over-constraint"}),
        ("link-down", 1, {"link-down"}),
        ("running-twice", 1, {"service-twice"}),
        ("blocked", 1, {"service-blocked"}),
        ("mixed-versions-and-foreign", 1, {"mixed-versions", "not-in-the-file"}),
        ("standby-and-recovered-failure", 1, {"node-standby", "failure-remembered"}),
        ("hung-node", 1, {"node-unreachable"}),
        ("stopped-everywhere", 1, {"node-stopped"}),
        ("nobody-answers", 3, {"node-unknown"}),
    ],
)
def test_what_is_found_and_the_exit_code(case: str, code: int, found: set[str]) -> None:
    judged = status(case)
    assert judged.exit_code == code
    assert judged.well is (code == 0)
    assert found <= codes(case)
    assert found or not judged.problems


def test_unknown_is_never_well() -> None:
    judged = status("nobody-answers")
    assert not judged.known
    assert judged.services[0].state == "unknown"
    assert {fences.proof for fences in judged.fencing} == {"unknown"}
    assert {link.up for link in judged.links} == {None}


@pytest.mark.parametrize("field", ["quorum", "links", "constraints"])
def test_a_question_without_an_answer_is_not_well(field: str) -> None:
    silent = TimedOut("no answer")
    asked = [View(**{name: getattr(v, name) for name in View.__slots__} | {field: silent}) for v in views("healthy")]
    judged = judge(CLUSTER, platform_for(("debian",)), asked, NOW)
    assert not judged.well


def test_every_problem_says_why_and_what_to_do() -> None:
    for case in CASES:
        for problem in status(case).problems:
            assert problem.summary, case
            assert problem.why, problem.code
            assert problem.fix, problem.code


def test_the_dc_with_quorum_speaks_for_the_cluster() -> None:
    assert status("healthy").told_by == "n2"
    assert status("node-just-back").told_by != "n1"


def test_errors_come_before_warnings() -> None:
    order = list(Severity)
    for case in CASES:
        ranks = [order.index(problem.severity) for problem in status(case).problems]
        assert ranks == sorted(ranks)


def test_where_a_service_runs() -> None:
    assert service("healthy").words == "running on n3"
    assert service("healthy").nodes == ("n3",)
    assert "more than one node" in service("running-twice").words
    assert "not installed (environment is invalid" in service("start-failed-everywhere").words
    assert "httpd will not die" in service("blocked").words
    assert "target-role" in service("stopped-by-hand").words


def test_a_link_is_down_as_soon_as_one_side_says_so() -> None:
    down = [link for link in status("link-down").links if link.up is False]
    assert {(link.number, link.a, link.b) for link in down} == {(1, "n1", "n2"), (1, "n2", "n3")}
    assert sum(problem.code == "link-down" for problem in status("link-down").problems) == 1


def test_links_of_a_node_that_is_gone_are_no_second_problem() -> None:
    assert "link-down" not in codes("node-lost-and-fenced")


def test_age_of_a_proof() -> None:
    proof = status("healthy").fencing[0]
    assert proof.proof == "proven"
    assert proof.proven == datetime(2026, 11, 21, 10, 51, 22, tzinfo=UTC)
    assert proof.age_s == timedelta(minutes=4, seconds=38).total_seconds()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s ago"), (119, "119 s ago"), (7199, "120 min ago"), (7200, "2 h ago"), (1e6, "12 days ago")],
)
def test_ages_in_words(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_no_answer_is_an_error_kept_as_it_is() -> None:
    view = views("nobody-answers")[0]
    assert isinstance(view.silence, QuorateError)
    assert view.down == ()
