"""Faults keep their protocol; what is pure in them."""

import json
from ipaddress import ip_address
from random import Random

import pytest

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill import packets, timers
from quorate.drill.database import MAKE, statements
from quorate.drill.fault import Setting
from quorate.drill.faults import faults, link_down
from quorate.drill.faults.kill_server import holders
from quorate.lab.kind import Kind
from quorate.machines.host import command

LISTENING = """\
LISTEN 0 80        10.21.0.100:3306  0.0.0.0:*  users:(("mariadbd",pid=812,fd=21))
LISTEN 0 128           0.0.0.0:22    0.0.0.0:*  users:(("sshd",pid=77,fd=3))
LISTEN 0 511                 *:80          *:*  users:(("apache2",pid=91,fd=4),("apache2",pid=90,fd=4))
LISTEN 0 128              [::]:3306     [::]:*
"""


def setting(kind: Kind = "container", *, second_link: bool = True) -> Setting:
    text = kinds()["web"].example
    for number in () if second_link else (1, 2, 3):
        text = text.replace(f", 172.20.0.1{number}", "")
    cluster = load(text, "web.yaml", kinds()).cluster
    assert cluster is not None
    return Setting(cluster, "site", kind)


def test_they_are_found_by_being_there() -> None:
    assert {"power-cut", "kill-server", "standby", "power-cut-peer-syncing"} <= faults().keys()


@pytest.mark.parametrize("name", faults())
def test_a_fault_keeps_the_protocol(name: str) -> None:
    fault, where = faults()[name], setting()
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
