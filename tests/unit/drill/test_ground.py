"""Real hosts as the ground of a drill: how their power is taken, and what must be so before anything is."""

import asyncio
import inspect
from pathlib import Path

import pytest

from quorate.build.steps.proof import ATTRIBUTE, digest
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.drill import permission
from quorate.drill.fault import Setting
from quorate.drill.faults import faults
from quorate.drill.ground import Hosts, ways
from quorate.drill.suite import chosen, fitting
from quorate.errors import CommandFailed, HostUnreachable, Refused, UsageError
from quorate.machines.fake import Answer, FakeHost
from quorate.machines.host import Command

ANY = "sh -c .*quorate-power .*"
TWO_SUPPLIES = """
cluster: shop
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11]}
  n2: {links: [10.20.0.12, 172.20.0.12]}
  n3: {links: [10.20.0.13, 172.20.0.13]}
fencing:
  devices:
    a: {agent: fence_apc, parameters: {ip: 10.9.9.1, password: {env: P}}, nodes: {n1: "1", n2: "2", n3: "3"}}
    b: {agent: fence_apc, parameters: {ip: 10.9.9.2, password: {env: P}}, nodes: {n1: "7", n2: "8", n3: "9"}}
  levels: {n1: [[a, b]], n2: [[a, b]], n3: [[a, b]]}
services:
  site: {kind: web, address: 10.20.0.100/24}
"""


def cluster_of(text: str = "", **changes: str) -> Cluster:
    text = text or kinds()["web"].example
    for old, new in changes.items():
        text = text.replace(old, new)
    cluster = load(text, "web.yaml", kinds()).cluster
    assert cluster is not None
    return cluster


def told(command: Command) -> set[str]:
    return set(command.input.decode().splitlines())


def cut(cluster: Cluster, victim: str, **hosts: FakeHost) -> None:
    asyncio.run(Hosts(cluster, hosts, lambda _: "hunter2").power(victim, "off"))


def test_another_node_switches_it_off_by_the_fence_agent_of_the_file() -> None:
    n1, n2 = FakeHost("n1"), FakeHost("n2", {ANY: ""})
    cut(cluster_of(), "n1", n1=n1, n2=n2)
    assert n1.ran == []
    assert {"action=off", "nodename=n1", "ip=10.20.9.11"} <= told(n2.ran[0])
    assert "@password /var/lib/pacemaker/lrm/secrets/ipmi-n1/password" in told(n2.ran[0])
    assert "10.20.9.11" not in str(n2.ran[0])


def test_both_power_supplies_are_switched_off() -> None:
    n2 = FakeHost("n2", {ANY: ""})
    cut(cluster_of(TWO_SUPPLIES), "n1", n1=FakeHost("n1"), n2=n2)
    assert [sorted(told(one) & {"plug=1", "plug=7"}) for one in n2.ran] == [["plug=1"], ["plug=7"]]


def test_where_one_node_cannot_the_next_one_tries() -> None:
    n2 = FakeHost("n2", {ANY: HostUnreachable("n2 is away")})
    n3 = FakeHost("n3", {ANY: ""})
    cut(cluster_of(), "n1", n1=FakeHost("n1"), n2=n2, n3=n3)
    assert len(n3.ran) == 1


def test_who_failed_is_said_without_the_password() -> None:
    n2 = FakeHost("n2", {ANY: Answer(status=1, stderr="login with hunter2 refused")})
    with pytest.raises(CommandFailed, match=r"n2 through ipmi-n1: login with \*\*\* refused"):
        cut(cluster_of(), "n1", n2=n2)


def test_a_device_that_takes_no_power_is_no_switch() -> None:
    fabric = TWO_SUPPLIES.replace("fence_apc", "fence_scsi")
    assert not list(ways(cluster_of(fabric), "n1"))
    with pytest.raises(UsageError, match="no fencing device of the file switches the power of n1"):
        cut(cluster_of(fabric), "n1", n2=FakeHost("n2"))
    hosts = Setting(cluster_of(fabric), "site", "hosts")
    assert "switches the power of n1" in faults()["power-cut"].obstacle(hosts)
    assert not faults()["power-cut"].obstacle(Setting(cluster_of(fabric), "site", "container"))


@pytest.mark.parametrize("name", faults())
def test_what_only_a_lab_can_do_is_not_done_to_real_hosts(name: str) -> None:
    source = Path(inspect.getfile(faults()[name].inject)).read_text()  # type: ignore[type-var]
    if "scene.lab." in source:
        assert faults()[name].obstacle(Setting(cluster_of(), "site", "hosts")) == "only the lab can do that"


def test_what_works_by_ssh_or_a_fencing_device_fits_real_hosts() -> None:
    hosts = Setting(cluster_of(), "site", "hosts")
    fit = {name for name, fault in faults().items() if not fault.obstacle(hosts)}
    assert {"kill-server", "standby", "reboot", "isolated", "kill-corosync", "power-cut"} <= fit
    assert not {"freeze", "link-down"} & fit


def test_where_a_fenced_node_stays_off_none_is_fenced_for_a_drill() -> None:
    off = Setting(cluster_of(**{"fencing:\n": "fencing:\n  action: off\n"}), "site", "hosts")
    assert "power-cut" not in fitting(off)
    assert "kill-server" in fitting(off)
    with pytest.raises(UsageError, match="a fenced node stays off"):
        chosen([off], ["power-cut"])


def proofs(cluster: Cluster, **other: str) -> dict[str, dict[str, str]]:
    names = [node.name for node in cluster.nodes]
    return {name: {ATTRIBUTE: other.get(name, f"2026-01-01T00:00:00+00:00 {digest(cluster, name)}")} for name in names}


def allowed() -> Cluster:
    return cluster_of(**{"services:": "drills: true\nservices:"})


def test_a_drill_that_everybody_allows_is_permitted() -> None:
    permission.permit(allowed(), proofs(allowed()), agreed=True)


def test_all_reasons_are_said_at_once() -> None:
    with pytest.raises(Refused) as caught:
        permission.permit(cluster_of(), {}, agreed=False, file="shop.yaml")
    said, hint = caught.value.message, caught.value.hint
    assert "shop.yaml does not allow drills" in said
    assert "fencing was never proven on n1, n2, n3" in said
    assert "nobody has agreed" in said
    assert hint == "write `drills: true` into shop.yaml; quorate apply --test-fencing shop.yaml; give --yes"
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (None, "no node can say whether fencing is proven"),
        (proofs(allowed(), n2="2026-01-01T00:00:00+00:00 000000000000"), "the proof of the fencing of n2 is void"),
        (proofs(allowed(), n3=""), "fencing was never proven on n3"),
        (proofs(allowed(), n3="yesterday"), "the proof of the fencing of n3 is void"),
    ],
)
def test_without_a_valid_proof_nothing_is_broken(attributes: dict[str, dict[str, str]] | None, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        permission.permit(allowed(), attributes, agreed=True)
    assert caught.value.hint == "quorate apply --test-fencing FILE"


def test_without_fencing_nothing_is_broken() -> None:
    off = cluster_of(**{"services:": "drills: true\nservices:", "fencing:\n": "fencing:\n  enabled: false\n"})
    assert [words for words, _ in permission.objections(off, proofs(off), agreed=True)] == ["fencing is off"]
