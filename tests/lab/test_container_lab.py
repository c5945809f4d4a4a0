"""Real nodes: they boot at the file's addresses, die when fenced, lose their cables, and leave nothing behind."""

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from labs import ONE, THREE, cluster, left_behind, pings, ssh, wait

from quorate.describe.secret import Secret
from quorate.errors import HostUnreachable, Locked, NeverComes, Refused, UsageError
from quorate.lab import chassis
from quorate.lab.lab import Lab, labs
from quorate.lab.state import lock_file

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def lab():
    made = Lab(cluster(THREE))
    wait(made.down())
    wait(made.up())
    yield made
    wait(made.down())
    assert left_behind(made) == []


@pytest.fixture
def all_on(lab):
    yield
    for node in lab.plan.node_names:
        wait(lab.power(node, "on"))
        wait(lab.booted(node))


def fence(lab: Lab, action: str, victim: str = "10.10.103.2") -> subprocess.CompletedProcess[str]:
    """Run the real fence agent on n1, with the password on its standard input."""
    password = lab.secret(Secret("env", "QUORATE_TEST_IPMI_UNSET"))
    options = (
        f"ip={victim}\\nusername=admin\\npassword={password}\\nlanplus=1\\ncipher=3\\npower_wait=0\\naction={action}\\n"
    )
    return ssh(lab, "n1", f"printf '{options}' | fence_ipmilan")


def test_nodes_are_who_and_where_the_file_says(lab) -> None:
    for node in lab.plan.nodes:
        told = ssh(lab, node.name, "uname -n; ip -json addr")
        assert told.returncode == 0, told.stderr
        name, addresses = told.stdout.split("\n", 1)
        has = {a["local"] for link in json.loads(addresses) for a in link["addr_info"]}
        assert name == node.name
        assert {str(a.ip) for i in node.interfaces for a in i.addresses} <= has
    assert [n.power for n in lab.status().nodes] == ["on", "on", "on"]
    assert [state["name"] for state in labs() if state["name"] == lab.name] == [lab.name]


def test_a_node_is_a_host_to_a_cluster(lab) -> None:
    told = ssh(
        lab,
        "n1",
        "chrt -r 50 true && sysctl -qw net.ipv4.ip_nonlocal_bind=1 && ls /sys/class/net && systemctl is-system-running"
        " && ! systemctl is-active corosync pacemaker apache2 && test ! -e /etc/corosync/corosync.conf",
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "eth0" in told.stdout
    assert "running" in told.stdout


def test_another_user_may_become_root(lab) -> None:
    assert ssh(lab, "n3", "id -un; sudo id -un").stdout.split() == ["operator", "root"]


def test_up_again_and_other_files(lab) -> None:
    said: list[str] = []
    wait(lab.up(said.append))
    assert said == [f"the lab {lab.name} is up already"]
    with pytest.raises(Refused, match="n2"):
        wait(Lab(cluster(THREE.replace("10.10.103.2", "10.10.103.9"))).up())
    with pytest.raises(UsageError):
        wait(Lab(cluster(ONE)).power("n1", "off"))


def test_a_lab_that_is_up_gets_what_its_file_has_since_been_given(lab) -> None:
    fourth = "\n  n4: {links: [10.10.102.4, 172.16.0.4/24], fencing: {ipmi: 10.10.103.4}}\nfencing:\n"
    text = THREE.replace("172.16.0.2", "172.16.0.9").replace("\nfencing:\n", fourth, 1)
    grown = Lab(cluster(text))
    wait(grown.up())
    assert ssh(grown, "n4", "hostname").stdout.strip() == "n4"
    assert pings(lab, "172.16.0.9")
    assert pings(lab, "172.16.0.2"), "what it had is not taken from it"
    wait(lab.up())
    assert ssh(grown, "n4", "hostname").stdout.strip() == "n4", "a machine that the file no longer has runs on"


def test_a_new_machine_has_an_empty_disk_and_another_key(lab) -> None:
    before = lab.known_hosts.read_text()
    assert ssh(lab, "n2", "touch /root/here").returncode == 0
    wait(lab.replace("n2"))
    assert ssh(lab, "n2", "test ! -e /root/here && hostname").stdout.strip() == "n2"
    changed = set(lab.known_hosts.read_text().splitlines()) - set(before.splitlines())
    assert len(changed) == 1


def test_dial_reaches_only_what_listens(lab) -> None:
    with wait(lab.dial("n1", 22)) as connected:
        connected.settimeout(5)
        assert connected.recv(4) == b"SSH-"
    with pytest.raises(HostUnreachable, match="Connection refused"):
        wait(lab.dial("10.10.102.1", 9))


def test_fencing_by_the_real_agent_takes_the_floating_address_away(lab, all_on) -> None:
    ssh(lab, "n2", "ip addr add 10.10.42.96/24 dev eth2")
    assert pings(lab, "10.10.42.96")
    boot = ssh(lab, "n2", "cat /proc/sys/kernel/random/boot_id").stdout
    fenced = fence(lab, "reboot")
    assert fenced.returncode == 0, fenced.stderr
    wait(lab.booted("n2"))
    assert not pings(lab, "10.10.42.96")
    assert ssh(lab, "n2", "cat /proc/sys/kernel/random/boot_id").stdout not in {"", boot}
    assert fence(lab, "status").returncode == 0


def test_off_is_off_and_status_says_so(lab, all_on) -> None:
    assert fence(lab, "off").returncode == 0
    assert not pings(lab, "10.10.102.2")
    assert fence(lab, "status").returncode == 2
    assert wait(lab.power("n2", "status")) == "off"
    assert fence(lab, "off").returncode == 0
    assert "multi-user" in wait(lab.logs("n2"))
    with pytest.raises(NeverComes):
        wait(lab.booted("n2"))


def test_duplicates_of_a_request_are_harmless(lab, all_on) -> None:
    button = chassis.Chassis(lab.places.node("n2"), issued_s=time.monotonic())
    for action in ("off", "off", "on", "on"):
        assert fence(lab, action).returncode == 0
    wait(lab.booted("n2"))
    boot = ssh(lab, "n2", "cat /proc/sys/kernel/random/boot_id").stdout
    assert button.off()  # a late duplicate: issued before the power came back
    assert button.reset()
    assert button.on()
    assert ssh(lab, "n2", "cat /proc/sys/kernel/random/boot_id").stdout == boot != ""


def test_a_power_off_so_slow_that_it_is_sent_again_does_not_kill_the_node_that_came_back(lab, all_on) -> None:
    password = lab.secret(Secret("env", "QUORATE_TEST_IPMI_UNSET"))
    argv = ["nsenter", f"--net={lab.namespace_path}", "ipmitool", "-I", "lanplus", "-C3", "-H", "10.10.103.2"]
    argv += ["-U", "admin", "-E", "chassis", "power"]
    environment = {**os.environ, "IPMI_PASSWORD": password}
    with (lab.places.node("n2") / "power.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        off = subprocess.Popen([*argv, "off"], env=environment, stdout=subprocess.DEVNULL)
        time.sleep(2.5)  # ipmitool sends a request again after a second
    assert off.wait(10) == 0
    assert wait(lab.power("n2", "status")) == "off"
    subprocess.run([*argv, "on"], env=environment, check=True, stdout=subprocess.DEVNULL)
    wait(lab.booted("n2"))
    boot = ssh(lab, "n2", "cat /proc/sys/kernel/random/boot_id").stdout
    time.sleep(1)
    assert ssh(lab, "n2", "cat /proc/sys/kernel/random/boot_id").stdout == boot != ""


def test_a_storm_of_requests_leaves_a_node_that_boots(lab, all_on) -> None:
    password = lab.secret(Secret("env", "QUORATE_TEST_IPMI_UNSET"))
    argv = ["nsenter", f"--net={lab.namespace_path}", "ipmitool", "-I", "lanplus", "-C3", "-H", "10.10.103.2"]
    argv += ["-U", "admin", "-E", "chassis", "power"]
    environment = {**os.environ, "IPMI_PASSWORD": password}
    actions = [*("off", "on", "reset", "cycle", "off", "status") * 2, "on"]
    storm = [subprocess.Popen([*argv, action], env=environment, stdout=subprocess.DEVNULL) for action in actions]
    assert all(process.wait(30) == 0 for process in storm)
    time.sleep(1.2)  # `cycle` powers on by itself a second after the off
    wait(lab.power("n2", "on"))
    wait(lab.booted("n2"))


def test_a_wrong_password_switches_nothing(lab) -> None:
    argv = ["nsenter", f"--net={lab.namespace_path}", "ipmitool", "-I", "lanplus", "-C3", "-R1", "-N1"]
    argv += ["-H", "10.10.103.2", "-U", "admin", "-P", "wrong", "chassis", "power", "off"]
    assert subprocess.run(argv, capture_output=True, check=False).returncode != 0
    assert wait(lab.power("n2", "status")) == "on"


def test_a_frozen_node_is_hung_and_dies_when_fenced(lab, all_on) -> None:
    wait(lab.freeze("n2"))
    assert lab.status().nodes[1].frozen
    assert pings(lab, "10.10.102.2")
    with pytest.raises(subprocess.TimeoutExpired):
        ssh(lab, "n2", "true", timeout_s=1)
    assert fence(lab, "off").returncode == 0
    assert wait(lab.power("n2", "status")) == "off"
    assert not pings(lab, "10.10.102.2")


def test_a_thawed_node_goes_on(lab) -> None:
    wait(lab.freeze("n2"))
    wait(lab.thaw("n2"))
    assert ssh(lab, "n2", "true").returncode == 0


def test_a_cut_cable_stays_cut_over_a_power_cycle(lab, all_on) -> None:
    wait(lab.link("n2", 1, up=False))
    assert ssh(lab, "n2", "cat /sys/class/net/eth1/carrier").stdout == "0\n"
    assert ssh(lab, "n1", "ping -c1 -W1 172.16.0.2").returncode != 0
    assert ssh(lab, "n1", "ping -c1 -W1 10.10.102.2").returncode == 0
    wait(lab.power("n2", "cycle"))
    wait(lab.booted("n2"))
    assert ssh(lab, "n1", "ping -c1 -W1 172.16.0.2").returncode != 0
    assert lab.status().nodes[1].cut == ("eth1",)
    wait(lab.link("n2", 1, up=True))
    assert ssh(lab, "n1", "ping -c1 -W2 172.16.0.2").returncode == 0


def test_nobody_is_fenced_by_a_bmc_whose_cable_is_pulled(lab, all_on) -> None:
    assert "ON" in fence(lab, "status").stdout
    wait(lab.bmc("n2", up=False))
    assert lab.status().nodes[1].cut == ("bmc",)
    assert ssh(lab, "n1", "ping -c1 -W1 10.10.103.2").returncode != 0
    wait(lab.bmc("n2", up=True))
    wait(lab.bmc("n2", up=True))
    assert lab.status().nodes[1].cut == ()
    assert "ON" in fence(lab, "status").stdout


def test_an_operating_system_reboots_and_shuts_down_by_itself(lab, all_on) -> None:
    ssh(lab, "n2", "ip addr add 10.10.42.96/24 dev eth2; systemctl reboot")
    deadline = time.monotonic() + 10
    while pings(lab, "10.10.42.96") and time.monotonic() < deadline:
        pass
    wait(lab.booted("n2"))
    assert not pings(lab, "10.10.42.96")
    ssh(lab, "n2", "systemctl poweroff")
    while wait(lab.power("n2", "status")) == "on" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert wait(lab.power("n2", "status")) == "off"
    assert not pings(lab, "10.10.102.2")


def test_labs_with_the_same_addresses_stand_side_by_side(lab) -> None:
    other = Lab(cluster(ONE))
    try:
        wait(other.up())
        ssh(other, "n1", "touch /here")
        assert ssh(lab, "n1", "test -e /here").returncode == 1
        wait(other.power("n1", "off"))
        assert pings(lab, "10.10.102.1")
        assert not pings(other, "10.10.102.1")
    finally:
        wait(other.down())
    assert left_behind(other) == []
    assert ssh(lab, "n1", "true").returncode == 0


def test_while_somebody_takes_a_lab_up_others_are_told() -> None:
    other = Lab(cluster(ONE), name="quorate-test-lock")
    held = lock_file(other.places.lock)
    assert held is not None
    try:
        for change in (other.up, other.down):
            with pytest.raises(Locked):
                wait(change())
    finally:
        os.close(held)
        wait(other.down())
    assert left_behind(other) == []


@pytest.mark.parametrize("seed", range(8))
def test_a_killed_up_leaves_nothing_that_down_can_not_clear(seed) -> None:
    lab = Lab(cluster(ONE), name="quorate-test-killed")
    process = _up_in_another_process(lab.name)
    time.sleep(random.Random(seed).uniform(0.5, 1.7))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    try:
        if seed % 4 == 3:
            wait(lab.up())
            assert ssh(lab, "n2", "true").returncode == 0
    finally:
        wait(lab.down())
    wait(lab.down())
    assert left_behind(lab) == []


def _up_in_another_process(name: str) -> subprocess.Popen[bytes]:
    program = (
        "import asyncio, sys; sys.path.insert(0, sys.argv[1]); from labs import ONE, cluster;"
        "from quorate.lab.lab import Lab; asyncio.run(Lab(cluster(ONE), name=sys.argv[2]).up())"
    )
    return subprocess.Popen([sys.executable, "-c", program, str(Path(__file__).parent), name])
