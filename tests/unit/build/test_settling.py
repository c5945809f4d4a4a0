"""Waiting for what the cluster as a whole has to become: it ends when it is so, or with the reason why it cannot."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from build.wishes import wish
from quorate.build.steps import membership, pacemaker, running
from quorate.errors import NeverComes
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import cluster_status, quorum
from quorate.observe.facts.cluster_status import ClusterStatus

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
        made[name] = FakeHost(name)
        for question, fact in (("crm_mon", cluster_status), ("quorum", quorum)):
            made[name].expect(str(fact.COMMAND), *(printed(case, name, question) for case in cases))
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
    assert "not started: site-apache" in never.value.message
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


def test_what_is_to_be_stopped_is_not_waited_for() -> None:
    status = healthy(role="Stopped", active=False, nodes=(), target_role="Stopped")
    assert running.waiting_for(status, wish()) == []
    assert running.stopped(status) == {"site-apache"}


def test_a_fencing_device_that_cannot_log_in_ends_the_wait_though_its_victim_never_tried() -> None:
    text = (DATA.parent / "observe" / "cluster_status" / "fencing-login-refused.in").read_text()
    reason = running.given_up(cluster_status.parse(text, 0), wish())
    assert reason is not None
    assert reason.startswith("ipmi-n1 failed on every node that may run it; on n")
