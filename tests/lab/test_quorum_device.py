"""The quorum device on real nodes: built from the file, added to a running cluster, and there when it counts."""

import time
from collections.abc import Iterator

import pytest
from labs import cluster, ssh, wait

from quorate.build.apply import Applied, apply
from quorate.build.prepare import prepare
from quorate.errors import HostUnreachable
from quorate.lab.lab import Lab
from quorate.observe.facts import qnetd, quorum
from quorate.ui.reach import reach

pytestmark = pytest.mark.lab

PLAIN = """
cluster: quorate-test-device
nodes:
  n1: {links: [10.41.0.1], fencing: {ipmi: 10.41.1.1}}
  n2: {links: [10.41.0.2], fencing: {ipmi: 10.41.1.2}}
corosync: {token: 1s}
fencing: {ipmi: {user: admin, password: {env: QUORATE_TEST_IPMI_UNSET}, power_wait: 0s}}
"""
DEVICE = PLAIN + "quorum: {device: {host: q.example, timeout: 3s, sync_timeout: 8s}}\n"
WITNESS = "q.example"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    made = Lab(cluster(DEVICE))
    wait(made.down())
    wait(made.up(print))
    yield made
    wait(made.down())


def built(text: str) -> Applied:
    """Apply a file; the lab of DEVICE has the nodes of PLAIN, too, under the same name."""
    wanted = cluster(text)

    async def build() -> Applied:
        async with reach(wanted, in_lab=True) as found:
            want = await prepare(wanted, found.everybody(), found.secret, witness=found.witness())
            return await apply(found.everybody(), want, print, lambda _: None)

    return wait(build())


def votes(lab: Lab, node: str) -> quorum.Quorum:
    return quorum.parse(ssh(lab, node, str(quorum.COMMAND)).stdout, 0)


def until(lab: Lab, node: str, total: int, device: int | None, timeout_s: float) -> float:
    """Wait until a node counts so many votes, so many of them the device's; it must be quorate all the time."""
    started = time.monotonic()
    while True:
        seen = votes(lab, node)
        assert seen.quorate, seen
        if (seen.total_votes, seen.device_votes) == (total, device):
            return time.monotonic() - started
        assert time.monotonic() - started < timeout_s, seen
        time.sleep(0.3)


def test_a_cluster_without_a_device_gets_one_while_it_runs(lab) -> None:
    built(PLAIN)
    assert votes(lab, "n1").expected_votes == 2
    done = built(DEVICE)
    assert {change.host for change in done.changes if change.step == "qnetd"} == {WITNESS}
    for node in ("n1", "n2"):
        seen = votes(lab, node)
        assert (seen.expected_votes, seen.total_votes, seen.device_votes) == (3, 3, 1)
        assert "2Node" not in seen.flags


def test_its_votes_are_protected_by_tls(lab) -> None:
    served = qnetd.parse(ssh(lab, WITNESS, str(qnetd.COMMAND)).stdout, 0)
    assert [(client.id, client.tls) for client in served.clusters["quorate-test-device"]] == [(1, True), (2, True)]


def test_no_key_is_open_to_others(lab) -> None:
    find = "find /etc/corosync -perm /o+r -name '*.p12' -o -perm /o+rwx -name 'key4.db'; find /tmp /run -name '*.p12'"
    for node in ("n1", "n2", WITNESS):
        assert ssh(lab, node, find).stdout == ""
        assert ssh(lab, node, "stat -c %a $(find /etc/corosync -name nssdb)").stdout.strip() in {"700", "750"}


def test_a_second_apply_changes_nothing(lab) -> None:
    assert built(DEVICE).changes == ()


def test_an_exchange_that_was_cut_off_is_repeated(lab) -> None:
    ssh(lab, "n2", "systemctl stop corosync-qdevice; rm /etc/corosync/qdevice/net/nssdb/key4.db")
    done = built(DEVICE)
    assert [(change.host, change.step) for change in done.changes] == [("n2", "certificates"), ("n2", "quorum device")]
    assert votes(lab, "n2").total_votes == 3


def test_a_lost_node_leaves_the_other_quorate(lab) -> None:
    wait(lab.power("n2", "off"))
    until(lab, "n1", total=2, device=1, timeout_s=60)
    while wait(lab.power("n2", "status")) == "off":  # n1 has it fenced, which gives it power again
        until(lab, "n1", total=2, device=1, timeout_s=60)
    until(lab, "n1", total=3, device=1, timeout_s=60)


def test_a_lost_device_leaves_both_quorate(lab) -> None:
    wait(lab.power(WITNESS, "off"))
    until(lab, "n1", total=2, device=0, timeout_s=60)
    assert votes(lab, "n2").quorate


def test_a_device_that_is_away_is_named(lab) -> None:
    async def asked() -> None:
        async with reach(cluster(DEVICE), in_lab=True, timeout_s=1) as found:
            found.witness()

    with pytest.raises(HostUnreachable, match=r"quorum device's host.*q\.example"):
        wait(asked())


def test_a_device_that_is_gone_for_good_is_taken_out_of_the_running_cluster(lab) -> None:
    built(PLAIN)
    for node in ("n1", "n2"):
        seen = votes(lab, node)
        assert (seen.quorate, seen.expected_votes, seen.total_votes, seen.device_votes) == (True, 2, 2, None)
        assert "Qdevice" not in seen.flags
        # "failed": it was stopped between two of its attempts to reach the dead device, and does not run either.
        assert ssh(lab, node, "systemctl is-active corosync-qdevice").stdout.strip() in {"inactive", "failed"}
    assert built(PLAIN).changes == ()
