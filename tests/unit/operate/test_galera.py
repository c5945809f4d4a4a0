"""What status says of a Galera database: who serves, who waits for whom, who is otherwise than the others."""

import asyncio
from dataclasses import replace

import pytest
from tests.unit.catalog.sites import site

from quorate.catalog.galera_positions import read
from quorate.catalog.services.galera import Galera
from quorate.errors import HostUnreachable, Unknown
from quorate.findings import Finding
from quorate.machines.fake import FakeHost
from quorate.observe.facts.disk_space import Space
from quorate.observe.facts.galera_server import GaleraServer
from quorate.operate.inside.galera import Facts, gone_s, judged
from quorate.operate.insight import Line

ONE = "11111111-ead9-11f1-b788-7b03cecb23ec"
WELL = GaleraServer("Synced", "Primary", 3, ONE, 42, 0.0, 0, {"binlog_format": "ROW"}, "abc")
NODES = ("n1", "n2", "n3")
SILENT = Unknown("The database server does not answer.")


def judge(servers, values=None, disks=None, gone_s=None, **options):
    told = read(values if values is not None else dict.fromkeys(NODES, "primary"))
    facts = Facts(told, servers, disks or {}, gone_s or {})
    said = list(judged(facts, site("database", Galera(**options)), frozenset(NODES)))
    return [one for one in said if isinstance(one, Line)], {one.code: one for one in said if isinstance(one, Finding)}


def test_all_is_well():
    lines, findings = judge(dict.fromkeys(NODES, WELL))
    assert not findings
    assert [(line.node, line.serves, line.state) for line in lines] == [(node, True, "good") for node in NODES]
    assert lines[0].words == "Synced, Primary, 3 members, at 42 of 11111111"


def test_who_could_not_apply_a_write_is_not_looked_for_in_the_network():
    left = replace(WELL, component="Disconnected", size=0, state="Inconsistent", position=-1)
    _, findings = judge({"n1": WELL, "n2": WELL, "n3": left})
    assert "n3: the server of database has left" in findings["galera-inconsistent"].summary
    assert "galera-non-primary" not in findings


def test_an_arbitrator_that_does_not_vote_is_named():
    both, one_more = dict.fromkeys(NODES[:2], "primary"), {"n3": "arbitrating"}
    servers = dict.fromkeys(NODES[:2], WELL)
    lines, findings = judge(servers, both | one_more, arbitrator="n3")
    assert [(line.node, line.serves, line.state) for line in lines][2:] == [("n3", None, "good")]
    assert not findings
    lines, findings = judge(servers, both, arbitrator="n3")
    assert lines[2].words == "does not vote"
    assert "the arbitrator on n3 does not vote" in findings["galera-arbitrator-away"].summary
    unseen = dict.fromkeys(NODES[:2], replace(WELL, size=2))
    assert "galera-arbitrator-away" in judge(unseen, both | one_more, arbitrator="n3")[1]
    joins = {"n1": "primary", "n2": "joining", "n3": "arbitrating"}
    assert "galera-arbitrator-away" not in judge({"n1": replace(WELL, size=2)}, joins, arbitrator="n3")[1]
    one_lost = {"n1": "primary", "n3": "arbitrating"}
    assert not judge({"n1": replace(WELL, size=2)}, one_lost, arbitrator="n3")[1]


def test_a_full_stop_says_who_is_missed_and_what_the_others_hold():
    values = {"n1": f"waiting:{ONE}:42", "n2": f"waiting:{ONE}:40"}
    lines, findings = judge(dict.fromkeys(NODES, SILENT), values)
    stopped = findings["galera-stopped"]
    assert "database waits for n3" in stopped.summary
    assert "n1 holds 42 of 11111111; n2 holds 40 of 11111111" in stopped.summary
    assert "quorate recover FILE database --without n3" in stopped.fix
    assert [line.serves for line in lines] == [False, False, None]


def test_a_full_stop_says_since_when_a_node_is_missed_where_another_wrote_it_down():
    values = {"n1": f"waiting:{ONE}:42", "n2": f"waiting:{ONE}:40"}
    _, findings = judge(dict.fromkeys(NODES, SILENT), values, gone_s={"n3": 1795847885.4})
    assert "waits for n3 (away since 2026-11-28 06:38:05 UTC), which" in findings["galera-stopped"].summary


def test_the_last_who_saw_a_node_says_since_when_it_is_gone():
    lost = "{} n{} pacemaker-controld[9]:  notice: Node n3 state is now lost"
    back = "9.5 n4 pacemaker-controld[9]:  notice: Node n3 state is now member"
    hosts = {
        "n1": FakeHost("n1", {"journalctl.*": lost.format("7.25", 1)}),
        "n2": FakeHost("n2", {"journalctl.*": lost.format("8.5", 2)}),
        "n4": FakeHost("n4", {"journalctl.*": back}),
        "n5": FakeHost("n5", {"journalctl.*": HostUnreachable("n5 is gone", "")}),
    }
    assert asyncio.run(gone_s(hosts, "n3")) == 8.5
    assert asyncio.run(gone_s({"n4": hosts["n4"]}, "n3")) is None


def test_nodes_that_cannot_agree_need_a_word():
    values = {node: f"waiting:{node * 4}:1" for node in NODES}
    _, findings = judge(dict.fromkeys(NODES, SILENT), values)
    assert "--from NODE" in findings["galera-stopped"].fix


def test_who_is_apart_is_named_and_does_not_serve():
    apart = replace(WELL, component="non-Primary", size=1, state="Initialized")
    lines, findings = judge({"n1": WELL, "n2": WELL, "n3": apart})
    assert "n3" in findings["galera-non-primary"].summary
    assert [line.serves for line in lines] == [True, True, False]


def test_two_histories_are_two_databases():
    _, findings = judge({"n1": WELL, "n2": WELL, "n3": replace(WELL, history="2" * 36, size=1)})
    assert "two databases" in findings["galera-views-differ"].why


def test_flow_control_and_a_long_queue_are_named():
    _, findings = judge({"n1": replace(WELL, paused=0.3), "n2": WELL, "n3": replace(WELL, queue=5000)})
    assert findings.keys() == {"galera-flow-control", "galera-behind"}
    assert "30% of the time" in findings["galera-flow-control"].summary
    assert "n3" in findings["galera-behind"].summary


def test_a_transfer_names_both_sides():
    donor, joiner = replace(WELL, state="Donor/Desynced"), replace(WELL, state="Joined")
    lines, findings = judge({"n1": WELL, "n2": donor, "n3": joiner})
    assert "n3 is getting data; n2 gives data away" in findings["galera-transfer"].summary
    assert [line.serves for line in lines] == [True, True, False]


def test_a_node_that_is_otherwise_set_or_has_other_accounts_is_named():
    odd = replace(WELL, settings={"binlog_format": "MIXED"}, accounts="xyz")
    _, findings = judge({"n1": WELL, "n2": odd, "n3": WELL})
    assert findings.keys() == {"galera-settings-differ", "galera-accounts-differ"}
    assert "n2 runs database with another binlog_format" in findings["galera-settings-differ"].summary


def test_a_node_with_databases_of_its_own_is_kept_out():
    _, findings = judge({"n1": WELL, "n2": WELL, "n3": SILENT}, {"n1": "primary", "n2": "primary", "n3": "waiting:own"})
    assert "n3 does not join database" in findings["galera-own-data"].summary


def test_a_donor_serves_where_its_copy_is_taken_beside_writes():
    donor = replace(WELL, state="Donor/Desynced")
    for sst, serves in (("mariabackup", True), ("rsync", False)):
        lines, findings = judge({"n1": WELL, "n2": WELL, "n3": donor}, sst=sst)
        assert [line.serves for line in lines] == [True, True, serves]
        assert "n3 gives data away" in findings["galera-transfer"].summary


def test_a_server_that_hangs_has_not_stopped_and_does_not_serve():
    lines, findings = judge(dict.fromkeys(NODES, SILENT))
    assert not findings
    assert [line.serves for line in lines] == [False, False, False]


def test_of_a_host_that_cannot_be_reached_nothing_is_known():
    lines, findings = judge({"n1": WELL, "n2": HostUnreachable("n2: no SSH")})
    assert not findings
    assert [line.serves for line in lines] == [True, None, None]


GIB = 1 << 10


@pytest.mark.parametrize(
    ("free", "size", "severity"),
    [(0, 400, "error"), (3, 400, "error"), (19, 400, "warning"), (21, 400, None), (3 * GIB, 1024 * GIB, None)],
)
def test_a_disk_without_room_is_named_before_it_is_full(free, size, severity):
    disks = {"n1": Space("/", "overlay", "overlay", 400 << 20, 300 << 20, None)}
    disks["n3"] = Space("/var/lib/mysql", "tmpfs", "tmpfs", size << 20, free << 20, None)
    _, findings = judge(dict.fromkeys(NODES, WELL), disks=disks)
    assert [one.severity for one in findings.values()] == ([severity] if severity else [])
    if severity:
        full = findings["galera-disk-full"]
        assert f"on n3 have {'no' if severity == 'error' else 'little'} room" in full.summary
        assert f"{free} of {size} MiB" in full.summary
