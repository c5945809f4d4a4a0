from dataclasses import replace

import pytest

from quorate.describe.cluster import Quorum, QuorumDevice, Ssh
from quorate.explore.detection import membership, monitor, notice
from quorate.explore.durations import Defaults, Durations
from quorate.explore.failure import Failure
from quorate.explore.result import Figure
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Part, Subject

MODEL = Durations(
    defaults=Defaults({"a": {"monitor": 0.5}}, {}, {"watched": 0.125}), agents={"db": "a", "watched": "a", "never": "a"}
)
SUBJECT = Subject(
    name="c",
    cib="",
    nodes=("n1", "n2"),
    votes={"n1": 1, "n2": 1},
    quorum=Quorum(2, True, True, False, 0, None, None),
    services=(),
    parts={
        "db": Part("db", "a", {"monitor": 30.0}, monitor_s=4.0),
        "watched": Part("watched", "a", {"monitor": 30.0}, monitor_s=4.0, watched=True),
        "never": Part("never", "a"),
        "asked": Part("asked", "systemd:a", monitor_s=4.0, watched=True, asked_s=6.0, patience_s=60.0),
    },
    detection_s=2.5,
)


def failed(resource: str, rc: int) -> Failure:
    result = Result(resource, "monitor", 4000, "n1", rc)
    return Failure(id="x:y", words="", notice="monitor", resource=resource, results=(result,))


@pytest.mark.parametrize(
    ("failure", "expected_s", "longest_s", "pause"),
    [
        (Failure(id="node-lost:n1", words="", notice="membership"), 2.5, 2.5, "membership"),
        (Failure(id="standby:n1", words="", notice="announced"), 0.0, 0.0, "announced"),
        (Failure(id="device-lost:f1", words=""), 0.0, 0.0, "announced"),
        (failed("db", 7), 2.5, 4.5, "monitor"),
        (failed("watched", 7), 0.125, 0.125, "monitor"),
        (failed("watched", 1), 2.5, 4.5, "monitor"),  # it runs, and something else is wrong with it
        (replace(failed("watched", 7), hangs=True), 32.0, 34.0, "monitor"),
        (replace(failed("asked", 7), hangs=True), 63.125, 66.125, "monitor"),  # killed by who watches, and told
    ],
)
def test_how_long_until_it_is_known(failure: Failure, expected_s: float, longest_s: float, pause: str) -> None:
    found = notice(failure, SUBJECT, MODEL)
    assert found is not None
    assert (found.detect.seconds, found.longest_s, found.pause) == (expected_s, longest_s, pause)


def test_a_side_without_quorum_has_to_find_a_dc_first() -> None:
    lost = Failure(id="partition:n1", words="", notice="membership")
    found = notice(lost, SUBJECT, MODEL, quorate=False)
    assert found is not None
    assert (found.detect.seconds, found.pause) == (2.5, "quorum lost")


def test_nobody_asks() -> None:
    assert notice(failed("never", 7), SUBJECT, MODEL) is None
    assert notice(failed("no-such", 7), SUBJECT, MODEL) is None
    assert notice(replace(failed("db", 7), notice="none"), SUBJECT, MODEL) is None


def test_a_monitor_that_gets_no_answer_takes_its_time_out() -> None:
    for name in ("db", "watched"):
        found = monitor(SUBJECT.parts[name], MODEL, hangs=True)
        assert found is not None
        assert (found.detect, found.longest_s) == (Figure(32.0, "bound"), 34.0)


def test_the_quorum_device_has_to_miss_it_too_where_its_vote_is_needed() -> None:
    device = QuorumDevice("q", Ssh("q"), 5403, "ffsplit", "lowest", 1, "on", 10_000, 30_000)
    subject = replace(SUBJECT, quorum=replace(SUBJECT.quorum, device=device))
    assert membership(subject).longest_s == 2.5
    found = membership(subject, needs_device=True)
    assert (found.detect.seconds, found.longest_s) == (8.0, 12.0)
    slow = replace(subject, detection_s=20.0)
    assert membership(slow, needs_device=True).detect.seconds == 20.0
