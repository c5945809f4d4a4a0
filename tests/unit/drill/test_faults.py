"""Faults keep their protocol; what is pure in them."""

import json
import os
import signal
import subprocess
from dataclasses import replace
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from random import Random

import pytest

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill import interfaces, packets, processes, timers
from quorate.drill.database import MAKE, statements
from quorate.drill.fault import Setting, must_boot
from quorate.drill.faults import (
    address_stolen,
    agent_errors,
    bmc_unreachable,
    delay,
    disk_full,
    drbd_cut,
    faults,
    link_down,
    partition,
    power_cut_two,
)
from quorate.drill.faults.kill_server import holders
from quorate.drill.votes import can_begin, have_quorum
from quorate.lab.kind import Kind
from quorate.machines.host import command
from quorate.observe.facts import cluster_status

LISTENING = """\
LISTEN 0 80        10.21.0.100:3306  0.0.0.0:*  users:(("mariadbd",pid=812,fd=21))
LISTEN 0 128           0.0.0.0:22    0.0.0.0:*  users:(("sshd",pid=77,fd=3))
LISTEN 0 511                 *:80          *:*  users:(("apache2",pid=91,fd=4),("apache2",pid=90,fd=4))
LISTEN 0 128              [::]:3306     [::]:*
"""

TWO_WITH_DEVICE = """\
cluster: two
nodes:
  n1: {links: [10.1.0.1], fencing: {ipmi: 10.1.9.1}}
  n2: {links: [10.1.0.2], fencing: {ipmi: 10.1.9.2}}
quorum: {device: {host: 10.1.0.9}}
fencing: {ipmi: {user: admin, password: {env: IPMI_PASSWORD}}}
services:
  site: {kind: web, address: 10.1.0.100/24}
"""

FIVE = ("cluster: five\nnodes:\n", "\nservices:\n  site: {kind: web, address: 10.1.0.100/24}\n")


@cache
def of(text: str) -> Setting:
    cluster = load(text, "cluster.yaml", kinds()).cluster
    assert cluster is not None
    return Setting(cluster, "site", "container")


def setting(kind: Kind = "container", *, second_link: bool = True) -> Setting:
    text = kinds()["web"].example
    for number in () if second_link else (1, 2, 3):
        text = text.replace(f", 172.20.0.1{number}", "")
    return replace(of(text), kind=kind)


def test_they_are_found_by_being_there() -> None:
    assert {"power-cut", "kill-server", "standby", "power-cut-peer-syncing"} <= faults().keys()


@pytest.mark.parametrize("name", faults())
def test_a_fault_keeps_the_protocol(name: str) -> None:
    fault = faults()[name]
    where = next((one for one in map(setting, ("kernel", "container")) if not fault.obstacle(one)), setting("kernel"))
    chosen = {} if fault.obstacle(where) else fault.choose(where, "n1", Random(1))
    assert chosen == ({} if fault.obstacle(where) else fault.choose(where, "n1", Random(1)))
    assert fault.TITLE.format(node="n1", **chosen) != fault.TITLE
    assert "n1" in fault.FLAG.format(node="n1", **chosen)
    assert isinstance(fault.LEAVES, bool)
    assert not fault.RETURNED or "n1" in fault.RETURNED.format(node="n1")
    assert all(callable(one) for one in (fault.prepare, fault.inject, fault.passed, fault.undo, fault.healed))


def test_who_listens_on_a_port() -> None:
    assert holders(LISTENING, [3306]) == {812}
    assert holders(LISTENING, [80, 443]) == {90, 91}
    assert holders(LISTENING, [33]) == set()
    assert holders("", [80]) == set()


def test_the_password_goes_in_by_standard_input_alone() -> None:
    command = statements("/usr/bin/mariadb", MAKE.format(password="hunter2"))
    assert command.secret
    assert b"hunter2" in command.input
    assert "hunter2" not in str(command)


def test_only_a_link_that_clients_do_not_need_is_cut() -> None:
    assert link_down.spare(setting()) == [1]
    assert link_down.choose(setting(), "n1", Random(7)) == {"link": "1"}
    assert "single link" in link_down.obstacle(setting(second_link=False))


@pytest.mark.parametrize(
    ("more", "spare"),
    [
        ("", [1]),
        ("proxy: {kind: haproxy, address: 10.20.0.100/24}", [1]),
        ("vip: {kind: address, address: 172.20.0.9/24}", []),
    ],
)
def test_nor_is_one_by_which_servers_talk_or_clients_come_to_them(more: str, spare: list[int]) -> None:
    cluster = load(kinds()["galera"].example + f"  {more}\n", "galera.yaml", kinds()).cluster
    assert cluster is not None
    here = Setting(cluster, "database", "container")
    assert link_down.spare(here) == spare
    assert link_down.obstacle(here) == ("" if spare else "clients, servers or their data need every link")


@pytest.mark.parametrize(("drbd", "spare"), [("disk: /dev/sda3", []), ("disk: /dev/sda3, link: 0", [1])])
def test_nor_is_one_by_which_data_are_replicated(drbd: str, spare: list[int]) -> None:
    text = kinds()["mariadb"].example.replace("disk: /dev/sda3", drbd)
    cluster = load(text, "mariadb.yaml", kinds()).cluster
    assert cluster is not None
    here = Setting(cluster, next(iter(cluster.services)), "kernel")
    assert link_down.spare(here) == spare


def test_a_fault_of_replicated_data_needs_some() -> None:
    assert "no replicated data" in faults()["power-cut-peer-syncing"].obstacle(setting())


def test_packets_are_dropped_both_ways() -> None:
    table = packets.table([ip_address("10.0.0.2"), ip_address("fd00::2")])
    assert "hook input" in table
    assert "ip saddr { 10.0.0.2 } counter drop" in table
    assert "ip6 saddr { fd00::2 } counter drop" in table
    assert "hook output" in table
    assert "ip daddr { 10.0.0.2 } counter drop" in table


def test_counters_say_what_was_dropped() -> None:
    rules = [
        {"rule": {"chain": chain, "expr": [{"match": {}}, {"counter": {"packets": n, "bytes": 1}}, {"drop": None}]}}
        for chain, n in (("in", 3), ("in", 4), ("out", 0))
    ]
    assert packets.dropped(json.dumps({"nftables": [{"metainfo": {}}, *rules]})) == {"in": 7, "out": 0}


def test_a_timer_takes_a_change_back() -> None:
    words = timers.setting("packets", command("nft", "delete", "table", "inet", "x"), after_s=9).argv
    assert words[0] == "systemd-run"
    assert "--on-active=9" in words
    assert words[-6:] == ("--", "nft", "delete", "table", "inet", "x")
    assert "quorate-drill-packets.timer" in timers.cancelling("packets").argv


def test_packets_are_dropped_one_way_and_in_part() -> None:
    table = packets.table([ip_address("10.0.0.2")], ("in",), 20)
    assert "hook input" in table
    assert "output" not in table
    assert "ip saddr { 10.0.0.2 } numgen random mod 100 < 20 counter drop" in table


def test_a_split_is_any_of_all_and_the_seed_says_which() -> None:
    splits = {tuple(partition.choose(setting(), "n2", Random(seed)).values()) for seed in range(50)}
    assert splits == {("n2", "n1, n3"), ("n2, n1", "n3"), ("n2, n3", "n1")}
    assert partition.sides({"side": "n2, n1", "rest": "n3"}) == (["n2", "n1"], ["n3"])


def test_a_quorum_device_is_on_either_side_of_a_split() -> None:
    where = of(TWO_WITH_DEVICE)
    assert partition.obstacle(where) == ""
    splits = {tuple(partition.choose(where, "n1", Random(seed)).values()) for seed in range(50)}
    assert splits == {("n1, the quorum device", "n2"), ("n1", "n2, the quorum device")}
    alone = of(TWO_WITH_DEVICE.replace("quorum: {device: {host: 10.1.0.9}}\n", ""))
    assert "isolated" in partition.obstacle(alone)


def test_who_has_quorum() -> None:
    three, two = setting().cluster, of(TWO_WITH_DEVICE).cluster
    assert have_quorum(three, ["n1", "n3"])
    assert not have_quorum(three, ["n3"])
    assert have_quorum(two, ["n1"])
    assert not have_quorum(two, ["n1"], device=False)
    assert not have_quorum(two, [])


def test_two_nodes_that_wait_for_all_begin_together() -> None:
    cluster = of(TWO_WITH_DEVICE.replace("quorum: {device: {host: 10.1.0.9}}\n", "")).cluster
    assert have_quorum(cluster, ["n2"])
    assert not can_begin(cluster, ["n2"])
    assert can_begin(cluster, ["n1", "n2"])


def test_the_thief_of_an_address_is_another_node() -> None:
    chosen = [address_stolen.choose(setting(), "n2", Random(seed)) for seed in range(20)]
    assert {one["stranger"] for one in chosen} == {"n1", "n3"}
    assert {one["address"] for one in chosen} == {"10.20.0.100"}
    assert "ip address add 10.20.0.100/32 dev eth0" in str(address_stolen.taking("add", "10.20.0.100", "eth0"))


@pytest.mark.parametrize(
    ("output", "nic"),
    [
        ('[{"dst":"10.0.0.9","dev":"eth0","prefsrc":"10.0.0.2"}]', "eth0"),  # ip -json route get
        ('[{},{"ifindex":2,"ifname":"eth1","addr_info":[{}]}]', "eth1"),  # ip -json address show to
        ("[{},{}]", ""),
        ("", ""),
    ],
)
def test_the_interface_of_an_address(output: str, nic: str) -> None:
    assert interfaces.first(output) == nic


def test_only_where_nothing_but_bmcs_fences_can_fencing_be_held_up() -> None:
    assert bmc_unreachable.obstacle(setting()) == ""
    unfenced = of(TWO_WITH_DEVICE.replace("ipmi: {user: admin, password: {env: IPMI_PASSWORD}}", "enabled: false"))
    assert "BMC" in bmc_unreachable.obstacle(unfenced)


def test_two_nodes_are_not_all() -> None:
    assert "third node" in power_cut_two.obstacle(of(TWO_WITH_DEVICE))
    assert power_cut_two.choose(setting(), "n1", Random(3))["other"] in {"n2", "n3"}


def test_only_kernel_nodes_delay_packets() -> None:
    assert "netem" in delay.obstacle(setting())
    assert delay.obstacle(setting("kernel")) == ""
    assert "tc qdisc add dev eth0 root netem" in str(delay.qdisc("add", "eth0", "netem"))
    shown = [{"kind": "netem", "packets": 3}, {"kind": "pfifo_fast", "packets": 8}]
    assert delay.packets(json.dumps(shown)) == 3
    assert delay.packets("") == 0


def test_where_nobody_has_quorum_nodes_must_boot_first() -> None:
    assert must_boot(faults()["power-cut-all"], setting(), "n1", {})
    assert must_boot(power_cut_two, setting(), "n1", {"other": "n3"})
    assert not must_boot(faults()["power-cut"], setting(), "n1", {})
    five = of("\n".join(f"  n{n}: {{links: [10.1.0.{n}]}}" for n in range(1, 6)).join(FIVE))
    assert not must_boot(power_cut_two, five, "n1", {"other": "n3"})


def test_a_file_may_hold_several_faults() -> None:
    assert {"kill-pacemakerd", "kill-pacemaker-based", "kill-pacemaker-controld"} <= faults().keys()
    assert faults()["kill-pacemaker-based"].TITLE.format(node="n1") == "pacemaker-based was killed on n1"


def database(kind: Kind = "kernel", data: str = "") -> Setting:
    text = kinds()["mariadb"].example
    if data:
        text = text.replace("{drbd: {disk: /dev/sda3, filesystem: xfs}}", data)
    cluster = load(text, "db.yaml", kinds()).cluster
    assert cluster is not None
    return Setting(cluster, "database", kind)


def test_only_a_disk_of_its_own_is_filled() -> None:
    fault = faults()["disk-full"]
    assert fault.obstacle(database()) == ""
    assert fault.obstacle(database(data="{lvm: {disk: /dev/sdb}}")) == ""
    assert "others may need" in fault.obstacle(database("container", "{filesystem: {device: /srv/shared}}"))
    assert "keeps no data" in fault.obstacle(setting("kernel"))
    assert disk_full.is_its_own("57344\n25088\n25088\n")
    assert not disk_full.is_its_own("25088\n25088\n25088\n")
    assert not disk_full.is_its_own("25088\n57344\n25088\n")


def test_what_only_kernel_nodes_can_do() -> None:
    for name in ("clock-step", "disk-failing"):
        assert faults()[name].obstacle(database()) == ""
        assert "kernel nodes" in faults()[name].obstacle(database("container"))
        assert faults()[name].obstacle(database("hosts"))
    assert "no replicated data" in faults()["disk-failing"].obstacle(setting("kernel"))
    assert "no replicated data" in faults()["drbd-cut"].obstacle(setting("kernel"))


def test_a_replication_connection_is_cut_whoever_called() -> None:
    sport, dport = (str(rule) for rule in drbd_cut.rules(6, 7788))
    assert sport == "ip -6 rule add preference 17042 ipproto 6 sport 7788 blackhole"
    assert dport == "ip -6 rule add preference 17042 ipproto 6 dport 7788 blackhole"
    assert drbd_cut.deleting(4).argv[-2:] == ("-4", "17042")


def test_whose_agent_returns_errors() -> None:
    resource = '<resource id="{}" resource_agent="{}" role="Started" active="true"><node name="n1"/></resource>'
    agents = [("site-address", "ocf:heartbeat:IPaddr2"), ("site-server", "systemd:apache2")]
    found = cluster_status.parse(
        '<pacemaker-result><summary><current_dc present="false"/></summary><resources><group id="site">'
        + "".join(resource.format(*one) for one in agents)
        + '</group></resources><status code="0"/></pacemaker-result>',
        0,
    )
    agent = agent_errors.agent_of(found, "site")
    assert agent == agent_errors.Agent("site-address", "/usr/lib/ocf/resource.d/heartbeat/IPaddr2")
    assert agent_errors.agent_of(found, "another") is None


def test_a_covered_agent_fails_for_one_resource_alone(tmp_path: Path) -> None:
    agent = tmp_path / "agent"
    agent.write_text('#!/bin/sh\necho "the agent: $1"\n')
    agent.chmod(0o755)
    program = agent_errors.cover("site-address").replace(agent_errors.PLACE, str(tmp_path))
    answers = {}
    for resource, action in (("site-address", "monitor"), ("site-address", "stop"), ("other", "monitor")):
        done = subprocess.run(
            ["sh", "-c", program, "agent", action],
            env={"OCF_RESOURCE_INSTANCE": resource, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        answers[resource, action] = (done.returncode, done.stdout)
    assert answers == {
        ("site-address", "monitor"): (1, ""),
        ("site-address", "stop"): (0, "the agent: stop\n"),
        ("other", "monitor"): (0, "the agent: monitor\n"),
    }


STAT = "812 (a) b (c) S 1 812 812 0 -1 4194560 94 0 0 0 0 0 0 0 20 0 1 0 39252 2600960 219 18446744073709551615"


def test_when_a_process_began() -> None:
    assert processes.starts(f"{STAT}\n{STAT.replace('812 (', '9 (').replace('39252', '7')}\n") == {812: 39252, 9: 7}
    assert processes.starts("cat: /proc/4/stat: No such file or directory\n") == {}


def test_only_the_same_process_goes_on() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        try:
            stat = Path(f"/proc/{sleeper.pid}/stat")
            started = processes.starts(stat.read_text())[sleeper.pid]
            sleeper.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED)
            subprocess.run(processes.continuing({sleeper.pid: started + 1}).argv, check=True)
            assert ") T " in stat.read_text()
            subprocess.run(processes.continuing({sleeper.pid: started}).argv, check=True)
            assert ") T " not in stat.read_text()
        finally:
            sleeper.kill()


def test_stopped_processes() -> None:
    assert processes.are_stopped("T\nT\n")
    assert not processes.are_stopped("T\nS\n")
    assert not processes.are_stopped("")


def test_who_would_start_a_server_again() -> None:
    output = """\
      1     0 /sbin/init
    494     1 /usr/sbin/pacemakerd
    499   494 /usr/lib/pacemaker/pacemaker-execd
    600     1 /bin/sh /usr/bin/mysqld_safe --datadir=/srv
    700   600 /usr/sbin/mariadbd --datadir=/srv
    800   499 /usr/sbin/apache2 -k start
    801   800 /usr/sbin/apache2 -k start
"""
    assert processes.ancestors(output, {700}) == [600]
    assert processes.ancestors(output, {800, 801}) == []
    assert processes.ancestors(output, {801}) == [800]
    assert processes.ancestors("", {801}) == []
