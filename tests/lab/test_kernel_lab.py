"""Kernel nodes: each boots a Linux of its own, with disks under the file's names that fail on command."""

import subprocess
import time
from collections.abc import Sequence
from typing import ClassVar

import pytest
from labs import left_behind, pings, ssh, wait

from quorate.catalog.service import Disk, Service
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.describe.secret import Secret
from quorate.errors import Refused, UsageError
from quorate.lab.lab import Lab
from quorate.observe.facts import bonding

pytestmark = pytest.mark.lab

TWO = """
cluster: quorate-test-kernel
nodes:
  n1: {links: [10.10.102.1, "fd00:16::1/64"], fencing: {ipmi: 10.10.103.1}}
  n2: {links: [10.10.102.2, "fd00:16::2/64"], fencing: {ipmi: 10.10.103.2}, ssh: {user: operator, port: 2222}}
corosync: {token: 1s, links: [{bond: active-backup}, {bond: active-backup}]}
fencing:
  ipmi: {user: admin, password: {env: QUORATE_TEST_IPMI_UNSET}}
services:
  data: {kind: store}
"""
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
MODULES = ("drbd", "dm_mod", "dm_flakey", "bonding", "softdog", "xfs", "ext4", "sch_netem", "configfs")


class Store(Service):
    kind: ClassVar[str] = "store"

    def disks(self) -> Sequence[Disk]:
        return (Disk("/dev/sda3"), Disk("/dev/sdb", shared=True))

    def shared_directories(self) -> Sequence[str]:
        return ("/srv/of all",)

    def modules(self) -> Sequence[str]:
        return ("drbd",)


def cluster() -> Cluster:
    loaded = load(TWO, "cluster.yaml", {**kinds(), "store": Store})
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster


@pytest.fixture(scope="module")
def lab():
    made = Lab(cluster())
    said: list[str] = []
    wait(made.down())
    wait(made.up(said.append))
    assert any("data needs the kernel module drbd; data needs the disks /dev/sda3, /dev/sdb" in words for words in said)
    assert any(words.startswith("kernel nodes: link 0 needs the kernel module bonding; link 1") for words in said)
    yield made
    wait(made.down())
    assert left_behind(made) == []


@pytest.fixture
def all_on(lab):
    yield
    for node in lab.plan.node_names:
        wait(lab.power(node, "on"))
        wait(lab.booted(node))


def root(lab: Lab, node: str, command: str, timeout_s: float = 30) -> str:
    """Run a command as root, expect it to succeed and return what it printed."""
    argv = f"sudo -n sh -c '{command}'" if node == "n2" else command
    told = ssh(lab, node, argv, timeout_s)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def clock_is_right(lab: Lab, node: str) -> bool:
    """Tell whether a node's clock agrees with this machine's, as far as one can tell through SSH."""
    before = time.time()
    told = float(root(lab, node, "date +%s.%N"))
    return before - 1 < told < time.time() + 1  # the kernel of a node that waits for a processor is late by some tenths


def until(condition, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.1)


def test_nodes_are_who_and_where_the_file_says(lab) -> None:
    for node in lab.plan.nodes:
        told = root(lab, node.name, "uname -n; uname -r; ip -br address; systemctl is-system-running").split()
        assert told[0] == node.name
        assert {str(a) for i in node.interfaces for a in i.addresses} <= set(told)
        for interface in node.interfaces:
            assert root(lab, node.name, f"cat /sys/class/net/{interface.name}/address").strip() == interface.mac
        assert told[-1] == "running"
        assert clock_is_right(lab, node.name)
    assert ssh(lab, "n1", "ping -c1 -W2 fd00:16::2").returncode == 0
    assert ssh(lab, "n2", "id -un").stdout == "operator\n"


def bond(lab: Lab, node: str, number: int) -> bonding.Bond:
    """Return a node's bond, as apply sees it."""
    return bonding.parse(root(lab, node, str(bonding.COMMAND)), 0)[number]


@pytest.mark.parametrize(("number", "address"), [(0, "10.10.102.1"), (1, "fd00:16::1")])
def test_a_bonded_link_outlives_a_cable(lab, number: int, address: str) -> None:
    until(lambda: len(bond(lab, "n1", number).working) == 2)
    before = bond(lab, "n1", number)
    assert (before.mode, before.watched) == ("active-backup", True)
    cable = before.working.index(before.active)
    wait(lab.link("n1", number, up=False, cable=cable))
    until(lambda: bond(lab, "n1", number).active == before.working[1 - cable])
    assert lab.status().nodes[0].cut == (before.active,)
    assert ssh(lab, "n2", f"ping -q -c5 -i0.2 -W1 {address}").returncode == 0
    until(lambda: bond(lab, "n1", number).working == (before.working[1 - cable],))
    wait(lab.link("n1", number, up=True, cable=cable))
    until(lambda: bond(lab, "n1", number).working == before.working)
    assert ssh(lab, "n2", f"ping -q -c5 -i0.2 -W1 {address}").returncode == 0


def test_the_kernel_has_its_modules(lab) -> None:
    root(lab, "n1", " && ".join(f"modprobe {module}" for module in MODULES))
    assert "softdog" in root(lab, "n1", "cat /sys/class/watchdog/*/identity; lsmod")


def test_a_process_may_be_real_time_and_lock_its_memory(lab) -> None:
    root(lab, "n1", "chrt -r 50 true && prlimit --memlock=unlimited true && ! systemctl is-active corosync pacemaker")


def test_disks_have_the_names_of_the_file(lab) -> None:
    for node in ("n1", "n2"):
        assert root(lab, node, "lsblk -bno SIZE /dev/sda3 /dev/sdb").split() == ["1073741824", "1073741824"]
    root(lab, "n1", "echo mine | dd of=/dev/sda3 conv=fsync,notrunc; echo ours | dd of=/dev/sdb conv=fsync,notrunc")
    read = "dd iflag=direct bs=4096 count=1 status=none if={} | head -c4"
    assert root(lab, "n2", read.format("/dev/sdb")) == "ours"
    assert root(lab, "n2", read.format("/dev/sda3")) == "\0" * 4


def test_programs_that_name_disks_take_them(lab) -> None:
    root(
        lab, "n1", "wipefs -a /dev/sda3; pvcreate -q /dev/sda3 && vgcreate -q vg /dev/sda3 && lvcreate -qn lv -L64m vg"
    )
    assert root(lab, "n1", "pvs --noheadings -o pv_name").split() == ["/dev/sda3"]
    root(lab, "n1", "mkfs.ext4 -q /dev/vg/lv && mount /dev/vg/lv /mnt && umount /mnt && vgremove -qy vg")
    root(lab, "n1", "pvremove -q /dev/sda3 && mkfs.xfs -qf /dev/sda3 && mount /dev/sda3 /mnt && umount /mnt")
    assert "xfs" in root(lab, "n1", "blkid -o value -s TYPE /dev/sda3; wipefs /dev/sda3; wipefs -qa /dev/sda3")


def test_a_disk_in_use_fails_on_command(lab) -> None:
    root(lab, "n1", "mkfs.ext4 -qF /dev/sda3 && mount /dev/sda3 /mnt && echo before > /mnt/file && sync")
    assert wait(lab.disk("n1", "/dev/sda3", "fail")) == "failed"
    told = ssh(lab, "n1", "dd if=/dev/sda3 of=/dev/null iflag=direct count=8; echo after > /mnt/new; sync -d /mnt/new")
    assert told.stderr.count("Input/output error") + told.stderr.count("Read-only") >= 2
    assert wait(lab.disk("n2", "/dev/sda3", "status")) == "works"
    assert wait(lab.disk("n1", "/dev/sda3", "mend")) == "works"
    assert root(lab, "n1", "umount /mnt; mount /dev/sda3 /mnt && cat /mnt/file && umount /mnt") == "before\n"
    root(lab, "n1", "wipefs -qa /dev/sda3")
    with pytest.raises(UsageError, match="no disk"):
        wait(lab.disk("n1", "/dev/sdz", "fail"))


def test_a_directory_is_the_same_on_all_nodes(lab) -> None:
    root(lab, "n1", 'echo hello > "/srv/of all/greeting"')
    assert root(lab, "n2", 'cat "/srv/of all/greeting"') == "hello\n"
    root(lab, "n2", 'echo good bye > "/srv/of all/greeting"')
    assert root(lab, "n1", 'cat "/srv/of all/greeting"') == "good bye\n"


def fence(lab: Lab, action: str) -> subprocess.CompletedProcess[str]:
    password = lab.secret(Secret("env", "QUORATE_TEST_IPMI_UNSET"))
    options = f"ip=10.10.103.2\\nusername=admin\\npassword={password}\\nlanplus=1\\ncipher=3\\npower_wait=0\\n"
    return ssh(lab, "n1", f"printf '{options}action={action}\\n' | fence_ipmilan")


def test_fencing_by_the_real_agent_loses_what_was_not_written(lab, all_on) -> None:
    before = root(
        lab, "n2", f"{BOOT_ID}; echo kept > /kept; sync; ip address add 10.10.102.96/24 dev bond0; echo > /lost"
    )
    assert pings(lab, "10.10.102.96")
    fenced = fence(lab, "reboot")
    assert fenced.returncode == 0, fenced.stderr
    wait(lab.booted("n2"))
    assert not pings(lab, "10.10.102.96")
    assert root(lab, "n2", BOOT_ID) not in {"", before}
    assert root(lab, "n2", "cat /kept; ! test -e /lost") == "kept\n"


def test_an_operating_system_reboots_and_shuts_down_by_itself(lab, all_on) -> None:
    before = root(lab, "n2", BOOT_ID)
    ready = lab.places.node("n2") / "host/ready"
    ssh(lab, "n2", "sudo systemctl reboot")
    until(lambda: not ready.exists())
    wait(lab.booted("n2"))
    assert root(lab, "n2", BOOT_ID) not in {"", before}
    ssh(lab, "n2", "sudo systemctl poweroff")
    until(lambda: wait(lab.power("n2", "status")) == "off")
    assert not pings(lab, "10.10.102.2")


def test_a_watchdog_that_nobody_feeds_resets_the_node(lab, all_on) -> None:
    before = root(lab, "n1", BOOT_ID)
    ready = lab.places.node("n1") / "host/ready"
    root(lab, "n1", "rmmod softdog; modprobe softdog soft_margin=2 && test -c /dev/watchdog1 && echo > /dev/watchdog1")
    until(lambda: not ready.exists())
    wait(lab.booted("n1"))
    assert root(lab, "n1", BOOT_ID) not in {"", before}


def test_a_frozen_node_hangs_and_goes_on(lab, all_on) -> None:
    wait(lab.freeze("n2"))
    assert lab.status().nodes[1].frozen
    with pytest.raises(subprocess.TimeoutExpired):
        ssh(lab, "n2", "true", timeout_s=1)
    wait(lab.thaw("n2"))
    assert clock_is_right(lab, "n2")
    wait(lab.freeze("n2"))
    assert fence(lab, "off").returncode == 0
    assert wait(lab.power("n2", "status")) == "off"
    assert fence(lab, "status").returncode == 2
    assert "Startup finished" in wait(lab.logs("n2"))


def test_what_was_broken_stays_so_over_a_power_cycle(lab, all_on) -> None:
    asked = "ping -c1 -W1 fd00:16::2"
    wait(lab.link("n2", 1, up=False))
    wait(lab.disk("n2", "/dev/sdb", "fail"))
    assert ssh(lab, "n1", asked).returncode != 0
    assert ssh(lab, "n1", "ping -c1 -W1 10.10.102.2").returncode == 0
    wait(lab.power("n2", "cycle"))
    wait(lab.booted("n2"))
    assert (lab.status().nodes[1].cut, lab.status().nodes[1].failed) == (("eth2", "eth3"), ("sdb",))
    assert ssh(lab, "n1", asked).returncode != 0
    assert "Input/output error" in ssh(lab, "n2", "sudo dd if=/dev/sdb of=/dev/null iflag=direct count=1").stderr
    wait(lab.disk("n2", "/dev/sdb", "mend"))
    wait(lab.link("n2", 1, up=True))
    until(lambda: ssh(lab, "n1", asked).returncode == 0)  # n1 has noted that the neighbour is gone, for a second
    root(lab, "n2", "dd if=/dev/sdb of=/dev/null iflag=direct count=1")


def test_the_kind_is_kept(lab) -> None:
    assert Lab(cluster()).kind == "kernel"
    with pytest.raises(Refused, match="kernel nodes"):
        wait(Lab(cluster(), nodes="container").up())
