"""Waiting for what the cluster as a whole has to become: it ends when it is so, or with the reason why it cannot."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from build.wishes import THREE, wish
from quorate.build.steps import corosync_key, membership, pacemaker, running
from quorate.build.want import Want
from quorate.dialect.corosync.cmap import cmap_of
from quorate.errors import NeverComes
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import cluster_status, corosync_runtime, file_state, quorum
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.render.corosync import corosync_conf

DATA = Path(__file__).parents[2] / "data" / "operate"
NODES = ("n1", "n2", "n3")


def printed(case: str, node: str, question: str) -> Answer:
    path = DATA / case / f"{node}.{question}"
    text = (path if path.exists() else DATA / "healthy" / path.name).read_text()
    status, _, output = text.partition("\n")
    return Answer(output, int(status))


def fleet(*cases: str) -> dict[str, FakeHost]:
    """Return three hosts that answer as in the first case, then as in the second, the last for ever."""
    made = {}
    for name in NODES:
        cmap = cmap_of(corosync_conf(wish().cluster))
        runs = "".join(f"{key} (str) = {value}\n" for key, value in cmap.items())
        mark = f"missing|-|-|-|-|-|{corosync_key.REPLACED}\t\n"
        asked = {str(corosync_runtime.COMMAND): runs, str(file_state.command_for(corosync_key.REPLACED)): mark}
        made[name] = FakeHost(name, asked)
        for question, fact in (("crm_mon", cluster_status), ("quorum", quorum)):
            made[name].expect(str(fact.COMMAND), *(printed(case, name, question) for case in cases))
        made[name].expect("corosync-cmapctl .*", Answer("", 1))
        made[name].expect("sh -c .*", lambda command: f"missing|-|-|-|-|-|{command.argv[-1]}\t\n")
    return made


def notes(step, hosts) -> list[str]:
    said: list[str] = []
    asyncio.run(step.settled(hosts, wish(), said.append))
    return said


def test_membership_waits_until_every_node_sees_all() -> None:
    assert notes(membership, fleet("split-brain", "healthy")) == ["membership complete: 3 nodes, quorate"]


def test_pacemaker_waits_until_all_are_online_and_agree() -> None:
    assert notes(pacemaker, fleet("stopped-everywhere", "node-just-back", "healthy")) == ["3 nodes online, DC is n2"]


def test_running_tells_where_services_are() -> None:
    assert notes(running, fleet("healthy")) == ["site-address on n3; site-apache on n3"]


def test_a_start_that_failed_everywhere_ends_the_wait_with_the_agent_s_reason() -> None:
    with pytest.raises(NeverComes) as never:
        notes(running, fleet("start-failed-everywhere"))
    assert "environment is invalid" in never.value.message
    assert "not as wanted: site-apache runs nowhere" in never.value.message
    assert "crm_resource --cleanup" in never.value.hint


def healthy(**apache: object) -> ClusterStatus:
    """Return the status of a healthy cluster, with this said of site-apache."""
    status = cluster_status.parse(printed("healthy", "n1", "crm_mon").stdout, 0)
    changed = (replace(r, **apache) if r.id == "site-apache" else r for r in status.resources)
    return replace(status, resources=tuple(changed))


@pytest.mark.parametrize("said", [{"role": "Starting"}, {"role": "Stopping"}, {"failed": True}, {"active": False}])
def test_what_crm_mon_calls_active_need_not_run(said: dict[str, object]) -> None:
    """So it stood in crm_mon while a start was tried, and after it had failed."""
    assert running.waiting_for(healthy(), wish()) == []
    assert running.waiting_for(healthy(**said), wish()) == ["site-apache"]


def test_what_runs_where_the_file_bars_it_is_waited_for() -> None:
    """In the healthy cluster the site runs on n3."""
    assert running.lacks(healthy(), wish(kind="nodes: [n1, n2], kind")) == {
        "site-address": "runs on n3, where it must not",
        "site-apache": "runs on n3, where it must not",
    }


CLONED = """resources:
  ping: {primitive: "ocf:pacemaker:ping", parameters: {host_list: 10.20.0.1}}
  everywhere: {clone: ping, meta: META}
"""


def cloned(meta: str = "{}", more: str = "") -> Want:
    return wish(THREE + CLONED.replace("META", meta) + more)


def with_ping(*nodes: str, **changed: object) -> ClusterStatus:
    status = healthy()
    like = status.resources[-1]
    instances = [replace(like, id="ping", parents=("everywhere",), nodes=(node,)) for node in nodes]
    instances[-1] = replace(instances[-1], **changed)
    return replace(status, resources=(*status.resources, *instances))


@pytest.mark.parametrize(
    ("status", "want", "lacks"),
    [
        (with_ping("n1", "n2", "n3"), cloned(), None),
        (with_ping("n1", "n2"), cloned(), "runs on only 2 of 3 nodes"),
        (with_ping("n1", "n2"), cloned("{clone-max: 2}"), None),
        (with_ping("n1"), cloned("{clone-max: 2}"), "runs on only 1 of 2 nodes"),
        (with_ping("n1", "n2", "n3", failed=True), cloned(), "is failed"),
        (
            with_ping("n1", "n2"),
            cloned(more="constraints: [{location: everywhere, node: n3, score: -INFINITY}]\n"),
            None,
        ),
        (with_ping("n1"), cloned(more="constraints: [{colocation: everywhere, with: site}]\n"), None),
    ],
)
def test_a_clone_runs_on_every_node_that_it_may_use(status: ClusterStatus, want: Want, lacks: str | None) -> None:
    assert running.lacks(status, want).get("ping") == lacks


def test_a_clone_is_not_awaited_on_a_node_in_standby() -> None:
    status = with_ping("n1", "n2")
    nodes = tuple(replace(node, standby=node.name == "n3") for node in status.nodes)
    assert running.lacks(replace(status, nodes=nodes), cloned()) == {}


def test_a_clone_that_failed_for_good_on_one_node_ends_the_wait() -> None:
    status = with_ping("n1", "n2")
    failure = cluster_status.Failure("ping", "start", 0, "n3", "complete", 5, "not installed", "no ping", "")
    counts = (cluster_status.FailCount("ping", "n3", running.INFINITY, ""),)
    assert running.given_up(replace(status, failures=(failure,)), cloned()) is None
    failed = replace(status, failures=(failure,), fail_counts=counts)
    assert running.given_up(failed, cloned()) == "ping failed on n3: start: no ping"


@pytest.mark.parametrize(("count", "ends"), [(1, False), (2, False), (3, True)])
def test_a_server_that_ended_everywhere_is_waited_for_while_pacemaker_starts_it_again(count: int, ends: bool) -> None:
    status = healthy(role="Stopped", active=False, nodes=())
    ended = tuple(
        cluster_status.Failure("site-apache", "monitor", 10_000, node, "complete", 7, "not running", "", "")
        for node in NODES
    )
    counts = tuple(cluster_status.FailCount("site-apache", node, count, "") for node in NODES)
    reason = running.given_up(replace(status, failures=ended, fail_counts=counts), wish())
    assert (reason is not None) is ends


def test_what_is_around_a_server_says_how_often_it_is_tried() -> None:
    assert running.threshold("site-apache", wish()) == 3
    once = THREE.replace("kind: web,", "kind: web, meta: {migration-threshold: '1'},")
    assert running.threshold("site-apache", wish(once)) == 1


def test_what_is_to_be_stopped_is_not_waited_for() -> None:
    status = healthy(role="Stopped", active=False, nodes=(), target_role="Stopped")
    assert running.waiting_for(status, wish()) == []
    assert running.stopped(status) == {"site-apache"}


def test_a_fencing_device_that_cannot_log_in_ends_the_wait_though_its_victim_never_tried() -> None:
    text = (DATA.parent / "observe" / "cluster_status" / "fencing-login-refused.in").read_text()
    reason = running.given_up(cluster_status.parse(text, 0), wish())
    assert reason is not None
    assert reason.startswith("ipmi-n1 failed on every node that may run it; on n")


def test_pacemaker_is_not_settled_with_two_dcs() -> None:
    """All nodes are online in every view, and n3 has elected another DC; then the views agree."""
    hosts, whole = fleet("healthy"), printed("healthy", "n3", "crm_mon").stdout
    other = whole.replace(
        'version="2.1.5-a3f44794f94" name="n2" id="2"', 'version="2.1.5-a3f44794f94" name="n3" id="3"'
    )
    assert other != whole
    hosts["n3"].expect(str(cluster_status.COMMAND), other, other, whole)
    assert notes(pacemaker, hosts) == ["3 nodes online, DC is n2"]
    assert len(hosts["n3"].ran) == 3


def test_pacemaker_is_not_settled_while_only_some_can_say() -> None:
    hosts, whole = fleet("healthy"), printed("healthy", "n3", "crm_mon").stdout
    hosts["n3"].expect(str(cluster_status.COMMAND), Answer("", 102), whole)
    notes(pacemaker, hosts)
    assert len(hosts["n3"].ran) == 2


def test_membership_is_not_settled_until_every_node_is_quorate() -> None:
    hosts, whole = fleet("healthy"), printed("healthy", "n3", "quorum").stdout
    lost = whole.replace("Quorate:          Yes", "Quorate:          No")
    assert lost != whole
    hosts["n3"].expect(str(quorum.COMMAND), Answer(lost, 0), whole)
    notes(membership, hosts)
    assert hosts["n3"].ran_text.count(str(quorum.COMMAND)) == 2


def test_a_service_that_may_take_long_to_start_is_waited_for() -> None:
    assert running.PATIENCE_S <= running.patience_s(wish()) < running.PATIENCE_S + 300
    slow = 'resources:\n  slow: {primitive: "systemd:slow", operations: {start: {timeout: 5min}}}\n'
    assert running.patience_s(wish(THREE + slow)) == running.PATIENCE_S + 300


@pytest.mark.parametrize(
    ("away", "lacks"), [({"n1", "n2", "n3"}, []), ({"n1", "n2"}, ["runs nowhere", "runs nowhere"])]
)
def test_what_is_kept_from_every_node_by_standby_is_not_waited_for(away: set[str], lacks: list[str]) -> None:
    status = healthy()
    nodes = tuple(replace(node, standby=node.name in away) for node in status.nodes)
    idle = tuple(replace(r, active=False, nodes=()) if r.id.startswith("site-") else r for r in status.resources)
    found = running.lacks(replace(status, nodes=nodes, resources=idle), wish())
    assert [words for id_, words in found.items() if id_.startswith("site-")] == lacks
