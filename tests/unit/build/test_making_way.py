"""Whoever listens where others are to listen goes first, when an entrance becomes one of another kind; nobody else."""

import asyncio
from dataclasses import replace

import pytest
from lxml.etree import _Element as Element

from build.wishes import THREE, wish
from quorate.build import stages
from quorate.build.actions import run_everywhere
from quorate.build.baseline import Baseline
from quorate.build.change import Change, Run
from quorate.build.history import kept_path
from quorate.build.in_hand import InHand, inherited
from quorate.build.kept import Kept, KeptFile
from quorate.build.making_way import making_way, stopped
from quorate.build.putting_back import Configuration
from quorate.build.restoring import configuration_of, primitives
from quorate.build.returning import WayBack, put_back, take_back
from quorate.build.steps import cib, corosync_conf
from quorate.build.want import Want
from quorate.errors import CommandFailed, HostUnreachable, QuorateError, Returned, TimedOut
from quorate.findings import Finding, Severity
from quorate.machines.fake import Answer, FakeHost
from quorate.machines.host import Command
from quorate.observe import facts
from quorate.observe.facts.change_records import ChangeRecord
from quorate.observe.facts.cib import Cib, parse, parse_xml
from quorate.render.cib import cib as offline_cib
from quorate.render.merge import canonical

SERVICES = """  entrance: {kind: haproxy, address: 10.20.0.100/24}
  database: {kind: galera}
  identity: {kind: keystone}
  images: {kind: glance, data: {filesystem: {device: /srv/shared/images}}}
"""
TEXT = THREE.partition("  site:")[0] + SERVICES
PROXY = wish(TEXT)
ALONE = wish(TEXT.replace("kind: haproxy", "kind: address"))
GONE = {
    "to an address": (PROXY, ALONE, ["entrance-servers", "identity", "images"]),
    "to a proxy": (ALONE, PROXY, ["identity", "images"]),
    "nothing of the kind": (PROXY, wish(TEXT.replace("/24}", "/24, monitor: 7s}")), []),
    "another service": (PROXY, wish(TEXT + "  cache: {kind: memcached}\n"), []),
}


def live(want: Want) -> Cib:
    root = offline_cib(want.cluster, want.agents, want.platform)
    root.set("epoch", "7")
    return parse(canonical(root), 0)


def planned(was: Want, want: Want) -> Change:
    (change,) = (one for one in cib.writes(cib.Facts("n1", live(was)), want))
    return change


@pytest.mark.parametrize(("was", "want", "gone"), GONE.values(), ids=GONE)
def test_who_goes(was: Want, want: Want, gone: list[str]) -> None:
    new, _ = cib.target(live(was).root, want)
    assert sorted(making_way(live(was).root, new, want)) == gone
    assert len(planned(was, want).actions) == (4 if gone else 1)


def told_to_stop(root: Element) -> set[str | None]:
    pairs = root.iterfind(".//resources//primitive/meta_attributes/nvpair[@name='target-role'][@value='Stopped']")
    return {pair.getparent().getparent().get("id") for pair in pairs}  # type: ignore[union-attr]


def test_what_makes_way_stops_in_its_order_and_all_else_stays() -> None:
    root = live(PROXY).root
    meanwhile = stopped(root, ("entrance-servers", "identity", "images"))
    assert told_to_stop(meanwhile) == {"entrance-server", "identity-server", "images-filesystem", "images-server"}
    gone = {one.get("id") for one in root.iterfind("configuration/constraints/*")}
    gone -= {one.get("id") for one in meanwhile.iterfind("configuration/constraints/*")}
    assert gone == {"entrance-with-server", "entrance-after-server"}, "or the address would stop with its proxies"
    assert told_to_stop(root) == set(), "what was given is not changed"


def test_who_goes_on_after_the_first_write_writes_nothing_of_it_again() -> None:
    was = live(PROXY)
    meanwhile = parse(canonical(stopped(was.root, making_way(was.root, live(ALONE).root, ALONE))), 0)
    for wanted in (PROXY, ALONE):
        new, leftovers = cib.target(meanwhile.root, wanted)
        assert told_to_stop(new) == set()
        assert cib.text(new) == cib.text(live(wanted).root)
        assert "target-role" not in str(leftovers), "nobody stopped it by hand"
    verified, until_stopped, second = cib.in_turn(meanwhile, cib.target(meanwhile.root, ALONE)[0], ALONE)
    assert verified.command.input == second.command.input
    assert "crm_resource --wait" in until_stopped.command.argv[-1]
    assert second.command.argv[-1] == "7", "over the first, which is live"


def half(was: Want, want: Want) -> Element:
    """Return what is live between the two writes."""
    root = live(was).root
    return stopped(root, making_way(root, live(want).root, want))


def test_nobody_goes_back_to_what_is_between_the_two_writes() -> None:
    way, between = way_back(PROXY, ALONE), configuration_of(half(PROXY, ALONE))
    assert way.exists
    assert not replace(way, before=between).exists
    (finding,) = Configuration(Kept(configuration=between), "c7").changes(cib.Facts("n1", live(PROXY)), ALONE)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.severity) == ("not-rolled-back", Severity.ERROR)
    assert "what makes way was stopped" in finding.summary


def test_a_mark_that_somebody_emptied_stops_again() -> None:
    root = half(PROXY, ALONE)
    marked = told_to_stop(root)
    for pair in list(root.iterfind(".//nvpair[@name='target-role']")):
        pair.getparent().remove(pair)  # type: ignore[union-attr]
    assert told_to_stop(root) == set()
    assert told_to_stop(stopped(root, making_way(root, live(ALONE).root, ALONE))) == marked


def test_the_second_write_is_over_the_first_and_leads_to_what_is_wanted() -> None:
    change = planned(PROXY, ALONE)
    verified, first, stopped, second = change.actions
    assert isinstance(verified, Run)
    assert isinstance(first, Run)
    assert isinstance(stopped, Run)
    assert isinstance(second, Run)
    assert (first.command.argv[-1], second.command.argv[-1]) == ("7", "8")
    assert verified.command.argv[0] == "crm_verify"
    assert verified.command.input == second.command.input, "the whole is verified before anything is stopped for it"
    assert "crm_resource --wait" in stopped.command.argv[-1]
    assert "entrance-server" in told_to_stop(parse_xml(first.command.input.decode()))
    intended = parse_xml(cib.intended(change))
    assert intended.find(".//group[@id='identity']") is not None
    assert "after a stop of" in change.words


@pytest.mark.parametrize(("was", "want", "back"), [(PROXY, ALONE, True), (PROXY, PROXY, False)])
def test_files_of_before_come_back_where_servers_would_listen_elsewhere(was: Want, want: Want, *, back: bool) -> None:
    one = FakeHost("n1")
    asyncio.run(one.put("/etc/unit", b"new"))
    files = {"n1": {"/etc/unit": KeptFile(b"old", reader="identity-server"), corosync_conf.PATH: KeptFile(b"old")}}
    kept = Kept(configuration_of(live(was).root), configuration_of(live(want).root), files)
    said: list[str] = []
    asyncio.run(InHand({"n1": one, "n2": FakeHost("n2")}, want, said.append, None, kept).files_back())
    assert one.files["/etc/unit"].content == (b"old" if back else b"new")
    assert corosync_conf.PATH not in one.files, "that takes a reload, and makes nothing worse"
    assert said == []
    assert one.ran == [], "nothing is left to be tried again later"


class Cluster:
    """A cluster of one node that answers. Its CIB is what was written last, over the epoch that was seen."""

    def __init__(self, was: Want) -> None:
        self.root = live(was).root
        self.host = FakeHost(
            "n1",
            {
                str(facts.cib.COMMAND): lambda _: canonical(self.root),
                str(facts.cluster_status.COMMAND): lambda _: mon(self.root),
                "crm_verify .*": "",
                "sh -c 'set -eu.*": self.write,
                "sh -c 'crm_resource --wait.*": "",
                "crm_resource --wait .*": "",
            },
        )

    def write(self, command: Command) -> Answer:
        if command.argv[-1] != self.root.get("epoch"):
            return Answer(status=75, stderr="somebody changed the CIB meanwhile")
        epoch = int(command.argv[-1]) + 1
        self.root = parse_xml(command.input.decode())
        self.root.set("epoch", str(epoch))
        return Answer()

    def somebody_writes(self, _: Command) -> str:
        self.root.set("epoch", str(int(self.root.get("epoch", "")) + 1))
        return ""

    def broken_off(self, was: Want, want: Want) -> WayBack:
        """Change the cluster, which fails, and return the way back."""
        change = planned(was, want)
        way = way_back(was, want)
        with pytest.raises((HostUnreachable, CommandFailed)):
            asyncio.run(run_everywhere([change], {"n1": self.host}))
        return way


def way_back(was: Want, want: Want) -> WayBack:
    before = configuration_of(live(was).root)
    return WayBack(
        before, cib.intended(planned(was, want)), Baseline(frozenset(primitives(before))), "2026-11-27T23:46"
    )


def mon(root: Element) -> str:
    """Return what crm_mon says where all runs that is configured, and not told to stop."""
    going = told_to_stop(root)
    runs = (
        f'<resource id="{one.get("id")}" resource_agent="{one.get("class")}:{one.get("type")}" role="Started" '
        'active="true" managed="true" failed="false"><node name="n1"/></resource>'
        for one in root.iterfind("configuration/resources//primitive")
        if one.get("id") not in going
    )
    return f"""<pacemaker-result api-version="2.25"><summary><current_dc present="true" version="2.1.5" name="n1"
 with_quorum="true" mixed_version="false"/><cluster_options/></summary><nodes>
 <node name="n1" id="1" online="true" type="member" is_dc="true"/></nodes>
 <resources>{"".join(runs)}</resources><status code="0" message="OK"/></pacemaker-result>"""


def taken_back(cluster: Cluster, want: Want, way: WayBack) -> QuorateError:
    async def nothing() -> None:
        """Put no file back."""

    work = take_back({"n1": cluster.host}, want, way, TimedOut("late"), lambda _: None, files_back=nothing)
    return asyncio.run(work)


THERE_AND_BACK = pytest.mark.parametrize(("was", "want"), [(PROXY, ALONE), (ALONE, PROXY)])


@THERE_AND_BACK
@pytest.mark.parametrize("pending", [False, True])
def test_what_breaks_between_the_two_writes_is_taken_back(was: Want, want: Want, *, pending: bool) -> None:
    cluster = Cluster(was)
    cluster.host.expect("sh -c 'crm_resource --wait.*", HostUnreachable("n1"))
    way = cluster.broken_off(was, want)
    assert "identity-server" in told_to_stop(cluster.root)
    if pending:  # and what is to stop still runs
        cluster.host.expect(str(facts.cluster_status.COMMAND), mon(live(was).root))
    assert isinstance(taken_back(cluster, want, way), Returned)
    assert cib.text(cluster.root) == cib.text(live(was).root)


@THERE_AND_BACK
def test_a_write_of_somebody_s_between_the_two_does_not_keep_it_from_being_taken_back(was: Want, want: Want) -> None:
    cluster = Cluster(was)
    cluster.host.expect("sh -c 'crm_resource --wait.*", cluster.somebody_writes)
    assert isinstance(taken_back(cluster, want, cluster.broken_off(was, want)), Returned)
    assert cib.text(cluster.root) == cib.text(live(was).root)


@THERE_AND_BACK
@pytest.mark.parametrize("lost", [False, True])
def test_the_way_back_goes_on_where_it_was_broken_off(was: Want, want: Want, *, lost: bool) -> None:
    cluster = Cluster(want)
    trouble = HostUnreachable("n1") if lost else cluster.somebody_writes
    cluster.host.expect("sh -c 'crm_resource --wait.*", trouble, "")
    asyncio.run(put_back({"n1": cluster.host}, want, way_back(was, want)))
    assert cib.text(cluster.root) == cib.text(live(was).root)


def test_a_way_back_that_was_written_before_the_node_was_lost_is_at_its_end() -> None:
    cluster = Cluster(ALONE)

    def write(command: Command) -> Answer:
        cluster.write(command)
        if len([one for one in cluster.host.ran if one.input]) == 2:
            raise HostUnreachable("n1")
        return Answer()

    cluster.host.expect("sh -c 'set -eu.*", write)
    asyncio.run(put_back({"n1": cluster.host}, ALONE, way_back(PROXY, ALONE)))
    assert cib.text(cluster.root) == cib.text(live(PROXY).root)


def test_what_somebody_else_changed_between_the_two_is_not_overwritten() -> None:
    cluster = Cluster(PROXY)
    cluster.host.expect("sh -c 'crm_resource --wait.*", HostUnreachable("n1"))
    way = cluster.broken_off(PROXY, ALONE)
    next(cluster.root.iterfind(".//primitive[@id='database-server']//op")).set("timeout", "7s")
    theirs = cib.text(cluster.root)
    assert "somebody else has changed the configuration" in taken_back(cluster, ALONE, way).message
    assert cib.text(cluster.root) == theirs


def test_nothing_is_stopped_for_what_crm_verify_refuses() -> None:
    cluster = Cluster(PROXY)
    cluster.host.expect("crm_verify .*", Answer(status=78))
    cluster.broken_off(PROXY, ALONE)
    assert cib.text(cluster.root) == cib.text(live(PROXY).root)


@THERE_AND_BACK
def test_who_goes_on_with_a_change_that_was_killed_between_the_two_has_its_way_back(was: Want, want: Want) -> None:
    cluster = Cluster(was)
    cluster.host.expect("sh -c 'crm_resource --wait.*", HostUnreachable("n1"))
    way = cluster.broken_off(was, want)
    last = ChangeRecord("20261127-234643", "apply", "begun", "")
    kept = Kept(way.before, way.intended, baseline=way.baseline)
    asyncio.run(cluster.host.put(kept_path(last.id), kept.to_json()))
    found = asyncio.run(inherited({"n1": cluster.host}, want, last))
    assert (found.configuration, found.intended) == (way.before, way.intended)
    assert found.baseline.running == way.baseline.running


def test_what_is_new_has_to_run_from_the_configuration_on_in_whatever_stage() -> None:
    kept = Kept(configuration_of(live(PROXY).root), configuration_of(live(ALONE).root))
    hand = InHand({}, ALONE, lambda _: None, None, kept)
    seen = []
    for title in (stages.NEWCOMERS, "membership", stages.CONFIGURATION, "retry", stages.SERVICES):
        asyncio.run(hand.at(stages.Stage(title), []))
        seen.append(hand.way.complete)
    assert seen == [False, False, True, True, True]
