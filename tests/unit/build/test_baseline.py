"""What went wrong since a change: only what is new counts, and a failed probe is no failure."""

from dataclasses import replace
from pathlib import Path

import pytest

from quorate.build.baseline import Baseline, baseline, running, violation
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import ClusterStatus, Failure, FenceEvent

DATA = Path(__file__).parents[2] / "data" / "observe" / "cluster_status"


@pytest.fixture
def status() -> ClusterStatus:
    text = next(case for case in sorted(DATA.glob("*.in")) if "stonith:" in case.read_text()).read_text()
    return replace(cluster_status.parse(text, 0), failures=(), fence_history=())


def failure(resource: str, node: str, operation: str = "start", interval_ms: int = 0) -> Failure:
    return Failure(resource, operation, interval_ms, node, "complete", 1, "error", "port 80 is in use", "now")


def fencing(node: str, completed: str, status: str = "success") -> FenceEvent:
    return FenceEvent(node, "reboot", status, "n1", "controld", "n1", completed, "")


def test_a_quiet_cluster_violates_nothing(status: ClusterStatus) -> None:
    assert running(status)
    assert violation(baseline(status), status) is None


def test_fencing_devices_serve_nobody(status: ClusterStatus) -> None:
    devices = {r.id for r in status.resources if r.agent.startswith("stonith:")}
    assert devices
    assert not running(status) & devices


def test_a_new_failure_is_told_once_for_all_nodes(status: ClusterStatus) -> None:
    before = baseline(status)
    now = replace(status, failures=(failure("db:0", "n1"), failure("db:1", "n2")))
    assert violation(before, now) == "db failed on n1, n2: start: port 80 is in use"


def test_what_had_failed_before_and_probes_say_nothing_about_the_change(status: ClusterStatus) -> None:
    old = replace(status, failures=(failure("db", "n1"),))
    assert violation(baseline(old), replace(old, failures=(failure("db", "n2"),))) is None
    assert violation(baseline(status), replace(status, failures=(failure("db", "n3", "monitor"),))) is None
    recurring = replace(status, failures=(failure("db", "n3", "monitor", 5000),))
    assert violation(baseline(status), recurring) == "db failed on n3: monitor: port 80 is in use"


def test_a_new_fencing_counts_from_its_request_on(status: ClusterStatus) -> None:
    old = replace(status, fence_history=(fencing("n3", "yesterday"),))
    before = baseline(old)
    assert violation(before, old) is None
    asked = replace(old, fence_history=(fencing("n2", "", "pending"), *old.fence_history))
    assert violation(before, asked) == "n2 was fenced"
    again = replace(old, fence_history=(fencing("n3", "today"), *old.fence_history))
    assert violation(before, again) == "n3 was fenced"
    refused = replace(old, fence_history=(fencing("n2", "today", "failed"), *old.fence_history))
    assert violation(before, refused) is None


def test_a_baseline_reads_as_it_was_written(status: ClusterStatus) -> None:
    made = baseline(replace(status, failures=(failure("db", "n1"),), fence_history=(fencing("n3", "yesterday"),)))
    assert Baseline.from_lists(made.as_lists()) == made
