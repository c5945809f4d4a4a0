"""What is pure about kernel nodes: the choice, the disks, and what a kernel and its node are told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from quorate.catalog.blueprints import blueprints
from quorate.catalog.service import Disk, Service
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.errors import UsageError
from quorate.lab import kernel_boot
from quorate.lab.cables import Bond, Cable
from quorate.lab.kind import choose
from quorate.lab.storage import shared_directory_file, storage

from .clusters import PAIR, cluster

DISKS: list[Disk] = []


class Store(Service):
    kind: ClassVar[str] = "store"

    def disks(self) -> Sequence[Disk]:
        return DISKS

    def modules(self) -> Sequence[str]:
        return ("drbd",)

    def shared_directories(self) -> Sequence[str]:
        return ("/srv/site",)


def with_store(*disks: Disk, nodes: str = "") -> Cluster:
    DISKS[:] = disks
    text = PAIR + f"  data: {{kind: store{f', nodes: [{nodes}]' if nodes else ''}}}\n"
    loaded = load(text, "cluster.yaml", {**kinds(), "store": Store})
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster


def test_containers_unless_a_service_needs_more() -> None:
    assert choose(cluster(PAIR)).kind == "container"
    assert choose(cluster(PAIR), "kernel").kind == "kernel"
    needs = choose(with_store(Disk("/dev/sdb")))
    assert (needs.kind, needs.why) == ("kernel", "data needs the kernel module drbd; data needs the disk /dev/sdb")


def test_who_asks_for_containers_gets_them_and_is_warned() -> None:
    choice = choose(with_store(), "container")
    assert choice.kind == "container"
    assert "kernel module drbd" in choice.warning


def test_a_node_has_the_disks_of_the_services_it_may_run() -> None:
    found = storage(with_store(Disk("/dev/sdb", shared=True), Disk("/dev/sda3"), nodes="gb07"))
    assert found.disks["gb06"] == ()
    own, shared = found.disks["gb07"]
    assert (own.path, own.unit, own.file) == ("/dev/sda3", "b", "nodes/gb07/disks/sda3")
    assert (shared.path, shared.unit, shared.file) == ("/dev/sdb", "c", "disks/sdb")
    assert own.table(failed=False) == "0 2097152 linear 98:16 0"
    assert own.table(failed=True) == "0 2097152 error"
    assert found.disk("gb07", "/dev/sdb") == shared
    with pytest.raises(UsageError, match="no disk"):
        found.disk("gb06", "/dev/sdb")


@pytest.mark.parametrize("path", ["/dev/vg/lv", "/srv/disk", "/dev/ubdb", "/dev/dm-0", "/dev/a;b"])
def test_disks_that_a_lab_can_not_name(path: str) -> None:
    with pytest.raises(UsageError):
        storage(with_store(Disk(path)))


def test_a_shared_directory_has_one_place() -> None:
    assert storage(with_store()).directories == ("/srv/site",)
    assert shared_directory_file("/srv/site") == "shared/%2Fsrv%2Fsite"


@pytest.mark.parametrize(("name", "mib"), [("web", 0), ("mariadb-drbd", 128), ("openstack-core-passive", 665)])
def test_services_claim_memory_that_is_no_part_of_what_a_lab_is(name: str, mib: int) -> None:
    cluster = load(blueprints()[name].text, f"{name}.yaml", kinds()).cluster
    assert cluster is not None
    found = storage(cluster)
    assert set(found.claims_mib.values()) == {mib}
    assert repr(found) == repr(replace(found, claims_mib={}))


def papers(**more: Any) -> dict[str, Any]:
    disk = {"name": "sdb", "unit": "b", "file": "/labs/x/disks/sdb", "shared": True, "tables": ["ok", "error"]}
    return {
        "memory_mb": 768,
        "kernel": "/k/linux.uml",
        "image": "/i/root.ext4",
        "hostname": "n1",
        "disks": [disk],
        "mounts": [],
        "bonds": [],
    } | more


CABLE = Cable("eth0", "02:00:00:00:00:01", "n1e0", "br0", ("10.0.0.1/24", "fd00::1/64"), (("10.1.0.0/24", "10.0.0.9"),))


def test_a_kernel_is_told_its_cards_and_disks() -> None:
    told = kernel_boot.arguments(papers(), [CABLE])
    assert "ubd0=root.cow,/i/root.ext4" in told
    assert any(word.startswith("ubd1c=") and word.endswith("labs/x/disks/sdb") for word in told)
    assert "vec0:transport=tap,ifname=n1e0,depth=128,gro=1,mac=02:00:00:00:00:01" in told


def test_a_node_is_told_its_addresses_and_routes() -> None:
    assert kernel_boot.network_commands([CABLE], []) == [
        "link set vec0 name eth0",
        "link set eth0 up",
        "address add 10.0.0.1/24 dev eth0 broadcast +",
        "address add fd00::1/64 dev eth0 nodad",
        "route add 10.1.0.0/24 via 10.0.0.9 dev eth0",
    ]


BOND = Bond("bond0", "active-backup", ("eth0", "eth1"), ("10.0.0.254", "fd00::fffe"))


def test_a_bond_has_the_addresses_of_its_cards() -> None:
    second = Cable("eth1", "02:00:00:00:00:02", "n1e1", "br0", ())
    assert kernel_boot.network_commands([CABLE, second], [BOND]) == [
        "link set vec0 name eth0",
        "link set vec1 name eth1",
        "link add bond0 type bond mode active-backup arp_interval 500"
        " arp_ip_target 10.0.0.254 ns_ip6_target fd00::fffe",
        "link set eth0 master bond0",
        "link set eth1 master bond0",
        "link set bond0 up",
        "address add 10.0.0.1/24 dev bond0 broadcast +",
        "address add fd00::1/64 dev bond0 nodad",
        "route add 10.1.0.0/24 via 10.0.0.9 dev bond0",
    ]


def test_the_bonding_module_makes_no_bond_by_itself() -> None:
    assert "bonding.max_bonds=0" in kernel_boot.arguments(papers(bonds=[{"name": "bond0"}]), [CABLE])
    assert "bonding.max_bonds=0" not in kernel_boot.arguments(papers(), [CABLE])


def test_a_bond_needs_a_kernel_of_its_own() -> None:
    bonded = cluster(PAIR + "corosync: {links: [{}, {bond: active-backup}]}\n")
    needs = choose(bonded)
    assert (needs.kind, needs.why) == ("kernel", "link 1 needs the kernel module bonding")
    assert "bonding" in choose(bonded, "container").warning


def test_a_failed_disk_boots_failed() -> None:
    assert kernel_boot.tables(papers(), failed=set()) == "sdb,LAB-sdb,,rw,ok"
    assert kernel_boot.tables(papers(), failed={"sdb"}) == "sdb,LAB-sdb,,rw,error"


def test_directories_are_mounted_by_quoted_names() -> None:
    mounts = kernel_boot.mount_commands(papers(mounts=[["shared/%2Fa b", "/a b"]]))
    assert mounts == ["mkdir -p '/a b' && mount -t hostfs none '/a b' -o 'shared/%2Fa b'"]
