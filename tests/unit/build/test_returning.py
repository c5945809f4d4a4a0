"""Going back: only over what is the change's own, only where it is worse than before; and it says how it went."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace

import pytest
from lxml import etree

from build.wishes import wish
from quorate.build import in_hand, returning
from quorate.build.baseline import Baseline, baseline
from quorate.build.change import Change, Run
from quorate.build.consequences import Consequence, Consequences, Fate
from quorate.build.history import Recording, kept_path
from quorate.build.kept import Kept
from quorate.build.restarts import marks
from quorate.build.restoring import configuration_of
from quorate.build.returning import WayBack, is_worse, take_back, watched
from quorate.build.stages import CONFIGURATION, SERVICES, Stage
from quorate.build.steps import cib as cib_step
from quorate.errors import NeverComes, QuorateError, Refused, Returned, TimedOut
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import cib, cluster_status
from quorate.observe.facts.change_records import ChangeRecord, from_json
from quorate.observe.facts.cib import parse_xml

CIB = """<cib epoch="{epoch}" num_updates="3" admin_epoch="0" validate-with="pacemaker-3.9" crm_feature_set="3.16.1">
<configuration><crm_config/><nodes><node id="1" uname="n1"/></nodes><resources>
<primitive id="site" class="ocf" provider="heartbeat" type="apache"><instance_attributes id="p">
<nvpair id="p-port" name="port" value="{port}"/></instance_attributes></primitive></resources><constraints/>
</configuration><status/></cib>"""
MON = """<pacemaker-result api-version="2.25"><summary><current_dc present="true" version="2.1.5" name="n1"
 with_quorum="true" mixed_version="false"/><cluster_options/></summary><nodes>
 <node name="n1" id="1" online="true" type="member" is_dc="true"/></nodes>
 <resources><resource id="site" resource_agent="ocf:heartbeat:apache" role="{role}" active="{active}" managed="true"
 failed="false"><node name="n1"/></resource></resources>
 {failures}<status code="0" message="OK"/></pacemaker-result>"""
FAILURES = """<failures><failure op_key="site_start_0" task="start" interval="0" node="n1" status="complete"
 exitcode="1" exitstatus="error" exitreason="port 80 is in use"/></failures>"""
BEFORE = Baseline(running=frozenset({"site"}))
ERROR = TimedOut("Waiting for: every service started.")


def configuration(port: str) -> str:
    return configuration_of(parse_xml(CIB.format(epoch=7, port=port)))


def way(before: str = "80", intended: str = "81") -> WayBack:
    return WayBack(configuration(before), configuration(intended), BEFORE, "2026-11-27T23:46:43+00:00")


def mon(*, runs: bool, failed: bool = False) -> str:
    role, active = ("Started", "true") if runs else ("Stopped", "false")
    return MON.format(role=role, active=active, failures=FAILURES if failed else "")


def host(live: str, *seen: str) -> FakeHost:
    return FakeHost(
        "n1",
        {
            str(cib.COMMAND): CIB.format(epoch=7, port=live),
            str(cluster_status.COMMAND): list(seen),
            "journalctl .*": "n1 apache(site)[7]: ERROR: port 80 is in use\nn1 kernel: nothing of it\n",
            "sh -c .*": "",
            "crm_resource --wait .*": "",
            "crm_resource --cleanup .*": "",
        },
    )


async def nothing() -> None:
    """Put no file back."""


def gone_back(one: FakeHost, to: WayBack) -> QuorateError:
    return asyncio.run(take_back({"n1": one}, wish(), to, ERROR, lambda _: None, files_back=nothing))


def test_what_failed_is_told_cleaned_up_and_the_configuration_of_before_is_written() -> None:
    one = host("81", *[mon(runs=False, failed=True)] * 4, mon(runs=True))
    told = gone_back(one, way())
    assert isinstance(told, Returned)
    assert told.exit_code == 1
    first, line, last = told.message.splitlines()
    assert first == "site failed on n1: start: port 80 is in use"
    assert line == "  n1's journal: n1 apache(site)[7]: ERROR: port 80 is in use"
    assert last == "The previous configuration is back, and all that ran before runs."
    (written,) = [command for command in one.ran if command.input]
    assert b'value="80"' in written.input
    assert written.argv[-2:] == ("as-it-was", "7"), "only over the configuration that was seen"
    assert "crm_resource --cleanup --resource site --node n1" in one.ran_text


def test_somebody_else_s_configuration_is_not_overwritten() -> None:
    one = host("82", mon(runs=False, failed=True))
    told = gone_back(one, way())
    assert type(told) is NeverComes
    assert told.exit_code == 1
    assert "could not be put back: somebody else has changed the configuration since" in told.message
    assert not any(command.input for command in one.ran)


def test_a_write_that_came_between_is_no_reason_to_give_up_and_the_journal_is_read_when_all_is_written() -> None:
    one = host("81", *[mon(runs=False, failed=True)] * 2, mon(runs=True))
    one.expect("sh -c .*", Answer(status=75, stderr="somebody changed the CIB meanwhile"), "")
    one.expect(str(cib.COMMAND), *[CIB.format(epoch=epoch, port=81) for epoch in (7, 7, 8)])
    assert isinstance(gone_back(one, way()), Returned)
    writes = [command for command in one.ran if command.input]
    assert [command.argv[-1] for command in writes] == ["7", "8"]
    journal = next(place for place, command in enumerate(one.ran) if command.argv[0] == "journalctl")
    assert one.ran.index(writes[-1]) < journal


def test_what_agents_keep_in_the_cib_stays_and_is_not_somebody_else_s_change() -> None:
    kept = '<{}><nvpair id="k" name="{}" value="now"/></{}>'
    status = kept.format('instance_attributes id="nodes-1"', "pgsql-data-status", "instance_attributes")
    position = kept.format('cluster_property_set id="mysql_replication"', "db_REPL_INFO", "cluster_property_set")
    live = CIB.format(epoch=7, port=81).replace("<crm_config/>", f"<crm_config>{position}</crm_config>")
    live = live.replace('uname="n1"/>', f'uname="n1">{status}</node>')
    one = host("81", *[mon(runs=False, failed=True)] * 2, mon(runs=True))
    one.expect(str(cib.COMMAND), live)
    then = configuration("80").replace('uname="n1"/>', f'uname="n1">{status.replace("now", "then")}</node>')
    told = gone_back(one, replace(way(), before=then, intended=then.replace('"80"', '"81"')))
    assert isinstance(told, Returned)
    (written,) = [parse_xml(command.input.decode()) for command in one.ran if command.input]
    assert written.find(".//nvpair[@name='port']").get("value") == "80"
    assert written.find(".//instance_attributes[@id='nodes-1']/nvpair").get("value") == "now"
    assert written.find(".//cluster_property_set[@id='mysql_replication']/nvpair").get("value") == "now"


def test_a_cluster_that_is_set_aside_for_a_restart_of_daemons_is_left_to_the_next_apply() -> None:
    resting = etree.tostring(etree.fromstring(marks.rest().argv[-1]), encoding="unicode")
    one = host("81", mon(runs=False, failed=True))
    one.expect(str(cib.COMMAND), CIB.format(epoch=7, port=81).replace("<crm_config/>", resting))
    assert gone_back(one, way()) is ERROR


def test_where_nothing_was_written_there_is_nothing_to_take_back() -> None:
    assert gone_back(host("80", mon(runs=False)), way()) is ERROR


def test_a_cluster_that_is_no_worse_is_left_as_it_is() -> None:
    assert gone_back(host("81", mon(runs=True)), way()) is ERROR


def test_what_cannot_be_written_is_said() -> None:
    one = host("81", mon(runs=False, failed=True))
    one.expect("sh -c .*", Answer(status=75, stderr="somebody changed the CIB meanwhile"))
    told = gone_back(one, way())
    assert "site failed on n1" in told.message
    assert "could not be put back" in told.message
    assert "somebody changed the CIB meanwhile" in told.message


def test_a_new_service_that_does_not_run_makes_it_worse_and_an_old_one_that_did_not_run_does_not() -> None:
    down = cluster_status.parse(mon(runs=False), 0)
    nothing = configuration("80").replace('id="site"', 'id="other"')
    assert is_worse(way(), down)
    assert is_worse(WayBack(nothing, configuration("81"), Baseline(frozenset({"other"})), ""), down)
    assert not is_worse(WayBack(configuration("80"), configuration("81"), Baseline(), ""), down)


def test_a_first_build_has_no_way_back() -> None:
    assert way().exists
    assert not WayBack("", configuration("81"), BEFORE, "").exists
    assert not WayBack(configuration("80"), "", BEFORE, "").exists
    assert not WayBack(configuration("80"), configuration("81"), Baseline(), "").exists


def test_waiting_ends_as_soon_as_something_fails() -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    one = host("81", mon(runs=True), mon(runs=False, failed=True))
    with pytest.raises(NeverComes, match="site failed on n1: start: port 80 is in use"):
        asyncio.run(watched(for_ever(), {"n1": one}, BEFORE))


def test_what_fails_at_the_very_end_is_still_seen() -> None:
    async def at_once() -> None:
        return

    with pytest.raises(NeverComes, match="site failed"):
        asyncio.run(watched(at_once(), {"n1": host("81", mon(runs=True, failed=True))}, BEFORE))
    asyncio.run(watched(at_once(), {"n1": host("81", mon(runs=True))}, BEFORE))


def test_rest_is_asked_of_another_node_where_one_cannot_say() -> None:
    first = FakeHost("n1", {"crm_resource .*": Answer(status=102)})
    second = FakeHost("n2", {"crm_resource .*": [Answer(status=124), Answer()]})
    asyncio.run(returning.at_rest({"n1": first, "n2": second}, 5))
    assert (len(first.ran), len(second.ran)) == (1, 2)
    said = "Pending actions:\n\tAction 2: site_delete_0\ton n1\n"
    asyncio.run(returning.at_rest({"n1": FakeHost("n1", {"crm_resource .*": Answer(said, 124)})}, 5))
    assert not returning.only_forgetting(said + "\tAction 3: site_start_0\ton n1\n")
    never = FakeHost("n1", {"crm_resource .*": Answer(status=124)})
    with pytest.raises(TimedOut, match="still acts on the change"):
        asyncio.run(returning.at_rest({"n1": never}, 0.05))


@pytest.mark.parametrize(("live", "intended"), [("81", configuration("81")), ("80", ""), ("82", "")])
def test_the_way_back_of_an_unfinished_change_is_taken_over_where_its_own_configuration_is_live(
    live: str, intended: str
) -> None:
    last = ChangeRecord("20261127-234643", "apply", "begun", "")
    was = Kept(configuration("80"), configuration("81"), baseline=BEFORE)
    one = host(live, mon(runs=True))
    one.files[kept_path(last.id)] = _file(was.to_json())
    found = asyncio.run(in_hand.inherited({"n1": one}, wish(), last))
    assert found.intended == intended
    assert found.configuration == (configuration("80") if intended else "")


def begun(was: Kept, *seen: str, **more: object) -> tuple[FakeHost, ChangeRecord]:
    """Return a host on which a change lies that nobody ended."""
    last = ChangeRecord("20261127-234643", "apply", "begun", "", **more)
    one = host("81", *seen)
    one.files[kept_path(last.id)] = _file(was.to_json())
    return one, last


def test_a_change_whose_services_all_ran_has_no_way_back_to_hand_on() -> None:
    one, last = begun(Kept(configuration("80"), configuration("81"), baseline=BEFORE), mon(runs=True), settled=True)
    assert asyncio.run(in_hand.inherited({"n1": one}, wish(), last)) == Kept()


def test_what_failed_while_nobody_watched_is_no_reason_to_go_back() -> None:
    was = Kept(configuration("80"), configuration("81"), baseline=Baseline(frozenset({"site", "gone"})))
    one, last = begun(was, mon(runs=True, failed=True))
    found = asyncio.run(in_hand.inherited({"n1": one}, wish(), last))
    assert found.intended
    assert found.baseline == Baseline(frozenset({"site", "gone"}), failing=frozenset({"site"}))


def in_services(one: FakeHost) -> in_hand.InHand:
    recording = Recording([one], ChangeRecord("20261127-234643", "apply", "begun", ""))
    kept = Kept(configuration("80"), configuration("81"), baseline=BEFORE)
    hand = in_hand.InHand({"n1": one}, wish(), lambda _: None, recording, kept)
    hand.stage = SERVICES
    return hand


@pytest.mark.parametrize("failed", [False, True])
def test_the_record_says_when_all_services_run(*, failed: bool) -> None:
    async def at_once() -> None:
        return

    one = host("81", mon(runs=True, failed=failed))
    hand = in_services(one)
    with pytest.raises(NeverComes) if failed else nullcontext():
        asyncio.run(hand.settle(at_once))
    assert hand.recording.record.settled is not failed
    kept = one.files.get("/var/lib/quorate/history/20261127-234643.json")
    assert (kept is not None and from_json(kept.content.decode()).settled) is not failed


@pytest.mark.parametrize(("settled", "to"), [(False, Returned), (True, TimedOut)])
def test_whatever_stage_fails_until_all_services_run_the_way_back_is_gone(settled: bool, to: type) -> None:
    one = host("81", *[mon(runs=False, failed=True)] * 2, mon(runs=True))
    hand = in_services(one)
    hand.stage = "membership"
    if settled:
        asyncio.run(hand.recording.settled())
    told = asyncio.run(hand.failed(ERROR, go_back=True))
    assert type(told) is to
    if not settled:
        assert told.message.startswith(f"{ERROR.message}\nsite failed on n1: start")


def test_what_is_refused_before_it_is_written_leaves_the_way_back_from_what_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def found(*_: object) -> Consequences:
        return Consequences(services=(Consequence("site", Fate.STOPPED),))

    monkeypatch.setattr(in_hand, "ask", found)
    hand = in_services(host("81", mon(runs=True)))
    hand.told = Consequences()
    write = cib_step.writing(CIB.format(epoch=7, port=82).encode(), 7)
    with pytest.raises(Refused, match="site would stop"):
        asyncio.run(hand.at(Stage(CONFIGURATION), [Change("n1", cib_step.TITLE, "write the CIB", (Run(write),))]))
    assert hand.way.intended == configuration("81")


def test_what_is_new_need_not_run_before_all_nodes_have_joined() -> None:
    down = cluster_status.parse(mon(runs=False), 0)
    before = configuration("80").replace('id="site"', 'id="other"')
    ahead = WayBack(before, configuration("81"), Baseline(frozenset({"other"})), "", complete=False)
    assert not is_worse(ahead, down)
    assert is_worse(replace(ahead, complete=True), down)
    assert is_worse(replace(way(), complete=False), down), "what ran before has to"


def test_what_had_failed_before_and_does_not_run_is_forgotten_for_it_to_start() -> None:
    to = replace(way(), baseline=replace(BEFORE, failing=frozenset({"site"})))
    one = host("81", *[mon(runs=False, failed=True)] * 4, mon(runs=True))
    told = gone_back(one, to)
    assert isinstance(told, Returned)
    assert "n1's journal: n1 apache(site)[7]: ERROR: port 80 is in use" in told.message
    assert "crm_resource --cleanup --resource site --node n1" in one.ran_text


def test_the_baseline_is_of_what_is_seen() -> None:
    assert baseline(cluster_status.parse(mon(runs=True), 0)) == BEFORE


def _file(content: bytes):
    keeper = FakeHost()
    asyncio.run(keeper.put("x", content))
    return keeper.files["x"]
