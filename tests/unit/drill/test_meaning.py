"""What explore takes a fault for: the failures of its universe by id, and what a fault makes of them."""

from dataclasses import replace

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platforms
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.faults import faults
from quorate.drill.meaning import Faced, Meaning, means
from quorate.errors import UsageError
from quorate.explore.failures.resource_failed import hangs
from quorate.explore.of_cluster import of_cluster


def faced(node: str = "n2", kind: str = "web", **chosen: str) -> Faced:
    cluster = load(kinds()[kind].example, "cluster.yaml", kinds()).cluster
    assert cluster is not None
    subject = of_cluster(cluster, AgentLibrary.shipped(), platforms()[0])
    return Faced(subject, next(iter(cluster.services)), node, chosen)


def meaning(fault: str, *, node: str = "n2", kind: str = "web", **chosen: str) -> Meaning:
    return faults()[fault].meaning(faced(node, kind, **chosen))


@pytest.mark.parametrize(
    ("fault", "chosen", "ids"),
    [
        ("power-cut", {}, ["node-lost:n2"]),
        ("freeze", {}, ["node-hung:n2"]),
        ("standby", {}, ["node-standby:n2"]),
        ("reboot", {}, ["node-left:n2"]),
        ("link-down", {"link": "1"}, ["link-cut:n2/1"]),
        ("kill-server", {}, ["resource-failed:site-apache"]),
        ("agent-errors", {}, ["start-failed:site-apache"]),
        ("isolated-deaf", {}, ["partition:n1+n3/n2"]),
        ("partition", {"side": "n2, n3", "rest": "n1"}, ["partition:n1/n2+n3"]),
        ("partition", {"side": "n2, n1", "rest": "n3"}, ["partition:n1+n2/n3"]),
        ("bmc-unreachable", {}, ["fencing-silent:ipmi-n2", "node-lost:n2"]),
        ("power-cut-two", {"other": "n3"}, ["node-lost:n2+node-lost:n3"]),
        ("power-cut-all", {}, ["node-lost:n1+node-lost:n2+node-lost:n3"]),
        ("kill-pacemaker-based", {}, []),
        ("clock-step", {}, []),
    ],
)
def test_what_a_fault_is_taken_for(fault: str, chosen: dict[str, str], ids: list[str]) -> None:
    assert [one.id for one in meaning(fault, **chosen).failures] == ids


def test_a_disk_is_that_of_the_node_and_the_service() -> None:
    found = meaning("disk-failing", kind="mariadb", node="gb07")
    assert [one.id.rpartition("@")[2] for one in found.failures] == ["gb07"]


def test_the_loss_of_several_is_one_moment() -> None:
    [failure] = meaning("power-cut-two", other="n3").failures
    assert (failure.lost, failure.notice) == ({"n2", "n3"}, "membership")


def test_who_killed_the_watcher_too_is_found_by_the_monitor_alone() -> None:
    alone, both = meaning("kill-server"), meaning("kill-server-and-supervisor")
    assert both.failures == alone.failures
    assert alone.subject is None
    assert both.subject is not None
    assert faced().subject.parts["site-apache"].watched
    assert not both.subject.parts["site-apache"].watched


def test_what_errs_or_has_no_corosync_serves_on_and_what_hangs_does_not() -> None:
    serving = {name: meaning(name).failures[-1] for name in ("agent-errors", "kill-corosync", "hang-server", "freeze")}
    assert {name for name, one in serving.items() if one.serves} == {"agent-errors", "kill-corosync"}
    assert {name for name, one in serving.items() if one.hangs} == {"hang-server"}
    assert {one.rc for one in serving["agent-errors"].results} == {1}
    assert serving["kill-corosync"].runs_on == {"n2"}


def test_systemd_sees_nothing_wrong_with_a_server_that_hangs_so_only_who_asks_it_finds_it():
    given = replace(faced(kind="keystone", node="n1"), service="identity")
    [watched] = faults()["hang-server"].meaning(given).failures
    assert (watched.hangs, watched.notice) == (True, "monitor")
    unasked = replace(given.server, asked_s=0.0)
    unseen = hangs(given.failure(f"resource-failed:{given.instance}"), unasked)
    assert (unseen.hangs, unseen.notice) == (True, "none")


def test_what_explore_does_not_know_is_told() -> None:
    with pytest.raises(UsageError, match="no failure node-lost:n9"):
        means("node-lost:n9")(faced())
