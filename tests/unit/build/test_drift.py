"""What somebody changed by hand is named, with its age: in the CIB, in files, in units."""

import asyncio

import pytest
from lxml import etree

from build.wishes import wish
from quorate.build import by_hand, drift
from quorate.build.ages import ago, told
from quorate.build.change import Change, Deed, Thing, WriteFile
from quorate.build.steps import boot, corosync_conf
from quorate.findings import Severity
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts.change_records import ChangeRecord
from quorate.observe.facts.cib_history import History, Since, Version
from quorate.observe.facts.times import Times
from quorate.render.merge import Leftover

NOW_S = 1_800_000_000
LIVE = etree.fromstring("""
<cib><configuration>
  <crm_config><cluster_property_set id="o"><nvpair id="o-p" name="stop-all-resources" value="false"/>
  </cluster_property_set></crm_config>
  <nodes><node id="1" uname="n1"><instance_attributes id="nodes-1">
    <nvpair id="nodes-1-standby" name="standby" value="on"/></instance_attributes></node>
    <node id="2" uname="n2"><instance_attributes id="nodes-2">
    <nvpair id="nodes-2-standby" name="standby" value="off"/></instance_attributes></node></nodes>
  <resources><primitive id="site" class="ocf" provider="heartbeat" type="apache"><meta_attributes id="site-m">
    <nvpair id="site-m-t" name="target-role" value="Stopped"/></meta_attributes></primitive></resources>
  <constraints><rsc_location id="cli-ban-site-on-n1" rsc="site" role="Started" node="n1" score="-INFINITY"/>
  </constraints>
</configuration></cib>
""")
BAN = Leftover("constraint", "cli-ban-site-on-n1")
STOPPED = Leftover("meta attribute", "site target-role", "Stopped")
PROPERTY = Leftover("property", "stop-all-resources", "false")
BAN_TAG = '<rsc_location id="cli-ban-site-on-n1" rsc="site" role="Started" node="n1" score="-INFINITY"'


@pytest.mark.parametrize(
    ("passed_s", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86400 * 2, "2 days"), (-5, "0 s")],
)
def test_how_long_ago(passed_s: int, words: str) -> None:
    assert ago(NOW_S - passed_s, NOW_S).startswith(f"{words} ago (")


def test_by_whom_and_with_what() -> None:
    version = Version(NOW_S - 180, 9, "root", "crm_resource", "n1")
    assert (
        told(Since(version, exactly=True), NOW_S) == "3 min ago (2027-01-15 07:57 UTC) by root with crm_resource on n1"
    )
    assert told(Since(version, exactly=False), NOW_S) == "more than 3 min ago (2027-01-15 07:57 UTC)"
    assert told(None, NOW_S) == ""


def test_something_is_as_old_as_its_last_return() -> None:
    there, gone = frozenset({"x"}), frozenset()
    versions = [
        Version(1, 1, texts=there),
        Version(2, 2, texts=gone),
        Version(3, 3, texts=there),
        Version(4, 4, texts=there),
    ]
    history = History(NOW_S, tuple(versions))
    assert history.since("x") == Since(versions[2], exactly=True)
    assert History(NOW_S, (versions[0],)).since("x") == Since(versions[0], exactly=False)
    assert History(NOW_S, tuple(versions[:2])).since("x") is None
    assert history.since("y") is None


def named(*leftovers: Leftover, history: History | None = None):
    return list(by_hand.findings(by_hand.traces(LIVE, leftovers, wish()), history))


def test_each_kind_has_its_code_and_the_way_to_undo_it() -> None:
    found = named(BAN, STOPPED, PROPERTY)
    assert [(f.code, f.severity) for f in found] == [
        ("move-left-over", Severity.INFO),
        ("set-by-hand", Severity.INFO),
        ("not-in-the-file", Severity.INFO),
        ("node-in-standby", Severity.INFO),
    ]
    assert found[0].fix == "crm_resource --clear --resource site"
    assert found[1].fix == "crm_resource --resource site --meta --delete-parameter target-role"
    assert "n1 is in standby" in found[3].summary, "and n2, whose standby is off, is not"


def test_an_age_is_that_of_the_very_tag() -> None:
    old, new = Version(NOW_S - 7200, 1), Version(NOW_S - 3600, 2, "root", "crm_resource", "n2", frozenset({BAN_TAG}))
    found = named(BAN, history=History(NOW_S, (old, new)))
    assert "it is kept; made 1 h ago" in found[0].summary
    assert "by root with crm_resource on n2" in found[0].summary
    assert "made" not in found[1].summary, "nothing is known of the standby"


def test_what_is_pruned_is_a_warning() -> None:
    (found, _) = named(Leftover("constraint", BAN.id, kept=False))
    assert (found.severity, "it goes" in found.summary) == (Severity.WARNING, True)


UNIT, PAGE = Thing("unit", "apache2"), Thing("file", "/etc/apache2/quorate.conf")
CHANGES = [
    Change("n1", boot.TITLE, "keep apache2 from starting at boot", (), things=((UNIT, Deed.CHANGED),)),
    Change("n1", "files", "write it", (), things=((PAGE, Deed.CHANGED),)),
    Change("n2", "files", "write it", (), things=((PAGE, Deed.CREATED),)),
    Change("n3", boot.TITLE, "start corosync", (), things=((Thing("unit", "corosync"), Deed.CHANGED),)),
]
STATES = {("n1", UNIT): "enabled", ("n1", PAGE): "1", ("n3", Thing("unit", "corosync")): "disabled"}


def test_only_what_was_there_is_asked_for() -> None:
    assert drift.words_of(CHANGES, STATES) == {"n1": ["unit apache2.service", f"file {PAGE.name}"]}


def test_what_is_younger_than_the_last_change_was_edited() -> None:
    ages = Times(NOW_S, {"unit apache2.service": NOW_S - 60, f"file {PAGE.name}": NOW_S - 120})
    found = list(drift.by_hand("n1", ages, NOW_S - 600))
    assert [(f.code, f.severity) for f in found] == [
        ("unit-enabled", Severity.WARNING),
        ("file-edited", Severity.WARNING),
    ]
    assert "/etc/apache2/quorate.conf on n1 was changed 2 min ago" in found[1].summary
    assert list(drift.by_hand("n1", ages, NOW_S - 60)) == [], "the cluster file asks for something new"


@pytest.mark.parametrize(("text", "seconds"), [("2027-01-15T08:00:00+00:00", NOW_S), ("", None), ("soon", None)])
def test_a_change_that_was_cut_off_has_no_end(text: str, seconds: float | None) -> None:
    assert drift.moment_s(text) == seconds


def test_without_a_record_nobody_is_blamed() -> None:
    (found,) = drift.by_hand("n1", Times(NOW_S, {f"file {PAGE.name}": NOW_S - 120}), None)
    assert (found.severity, "since" in found.summary) == (Severity.INFO, False)


def test_a_hosts_file_that_was_there_before_the_cluster_is_nobodys_edit() -> None:
    ages = Times(NOW_S, {"file /etc/hosts": NOW_S - 120})
    assert list(drift.by_hand("n1", ages, None)) == []
    assert [one.code for one in drift.by_hand("n1", ages, NOW_S - 600)] == ["file-edited"]


COOKIE = "/var/lib/rabbitmq/.erlang.cookie"
RECORD = ChangeRecord("20270115-070000", "apply", "done", "", ended="2027-01-15T07:00:00+00:00").to_json()


def test_on_a_machine_that_is_new_to_the_cluster_a_secret_of_its_own_is_nobodys_edit() -> None:
    write = WriteFile(COOKIE, b"of the cluster", secret=True, marked=b"a mark")
    things = ((Thing("file", COOKIE), Deed.CHANGED),)
    changes = [Change(name, "service files", "write it", (write,), things=things) for name in ("n1", "n2", "n3")]
    told = f"{NOW_S}\t\n{NOW_S - 60}\tfile {COOKIE}\n"
    records = {"n1": f"{RECORD}\n", "n2": "", "n3": Answer("", 1)}
    hosts = {
        name: FakeHost(name, {".*quorate-times.*": told, ".*quorate-history.*": records[name]}) for name in records
    }
    found = asyncio.run(drift.drift(hosts, changes, {}))
    assert [(one.code, one.path[1]) for one in found] == [("file-edited", "n1"), ("file-edited", "n3")]
    assert [one.severity for one in found] == [Severity.WARNING, Severity.WARNING]


def test_what_else_lies_on_a_new_machine_is_named_and_nobody_blamed() -> None:
    told = f"{NOW_S}\t\n{NOW_S - 60}\tfile {PAGE.name}\n"
    records = {"n1": "", "n2": f"{RECORD}\n"}
    hosts = {
        name: FakeHost(name, {".*quorate-times.*": told, ".*quorate-history.*": records[name]}) for name in records
    }
    (found,) = asyncio.run(drift.drift(hosts, CHANGES[1:2], STATES))
    assert (found.code, found.severity, "since" in found.summary) == ("file-edited", Severity.INFO, False)


def test_different_corosync_confs_are_named_by_node() -> None:
    states = {
        ("n1", corosync_conf.FILE): "a" * 64,
        ("n2", corosync_conf.FILE): "b" * 64,
        ("n3", corosync_conf.FILE): "",
    }
    (found,) = asyncio.run(drift.drift({}, [], states))
    assert found.summary == (f"the nodes do not have the same corosync.conf (SHA-256: n1 {'a' * 12}; n2 {'b' * 12})")
    assert asyncio.run(drift.drift({}, [], dict.fromkeys(states, "a"))) == []
