"""An earlier configuration comes back whole; what is of the moment, or Pacemaker's own, stays."""

import pytest

from build.wishes import THREE, wish
from quorate.build import restoring
from quorate.build.restarts import marks
from quorate.observe.facts.cib import parse_xml
from quorate.render.cib import configuration
from quorate.render.merge import canonical

CIB = """<cib epoch="7" num_updates="3" admin_epoch="0"><configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options">
<nvpair id="a" name="stonith-enabled" value="true"/><nvpair id="v" name="dc-version" value="{dc}"/>{refresh}
</cluster_property_set></crm_config>
<nodes><node id="1" uname="n1">{n1}</node>{n2}</nodes>
<resources><primitive id="site" class="ocf" provider="pacemaker" type="Dummy">
<instance_attributes id="site-p"><nvpair id="site-p-a" name="a" value="{a}"/></instance_attributes>{meta}</primitive>
{other}</resources><constraints/></configuration><status><node_state id="1"/></status></cib>"""
BASE = {"dc": "2.1.5", "refresh": "", "n1": "", "n2": '<node id="2" uname="n2"/>', "a": "1", "meta": "", "other": ""}
STANDBY = (
    '<instance_attributes id="nodes-1"><nvpair id="nodes-1-standby" name="standby" value="on"/></instance_attributes>'
)
STOPPED = '<meta_attributes id="site-m"><nvpair id="site-m-t" name="target-role" value="Stopped"/></meta_attributes>'
OTHER = '<primitive id="other" class="ocf" provider="pacemaker" type="Dummy"/>'


HELD = '<nvpair id="h" name="maintenance-mode" value="true"/>'
RESTING = f'<cluster_property_set id="quorate-restart">{HELD}</cluster_property_set>'
ASIDE = (
    '<instance_attributes id="quorate-restart-1" score="INFINITY">'
    '<nvpair id="s" name="standby" value="on"/></instance_attributes>'
)


def cib(**changes: str):
    return parse_xml(CIB.format(**{**BASE, **changes}))


def text(**changes: str) -> str:
    return restoring.configuration_of(cib(**changes))


def again(now, then: str, *, keep: bool = True) -> str:
    return restoring.configuration_of(restoring.restored(now, then, keep_run_state=keep))


def test_the_configuration_of_then_comes_back_and_the_version_of_now_stays() -> None:
    now = cib(a="2", other=OTHER)
    made = restoring.restored(now, text(), keep_run_state=True)
    assert canonical(made.find("configuration")) == canonical(parse_xml(text()))
    assert made.get("epoch") == "7"
    assert len(made.find("status")) == 0
    assert now.find(".//primitive[@id='other']") is not None, "what was given is not changed"


def test_what_pacemaker_keeps_for_itself_is_of_now() -> None:
    now = cib(a="2", dc="3.0.0", refresh='<nvpair id="r" name="last-lrm-refresh" value="9"/>')
    made = parse_xml(again(now, text()))
    assert made.find(".//nvpair[@name='dc-version']").get("value") == "3.0.0"
    assert made.find(".//nvpair[@name='last-lrm-refresh']").get("value") == "9"
    assert [pair.get("name") for pair in made.find("crm_config/cluster_property_set")][:2] == [
        "stonith-enabled",
        "dc-version",
    ], "where it stood, so that the next plan is empty"
    assert (
        parse_xml(again(cib(), text(refresh='<nvpair id="r" name="last-lrm-refresh" value="9"/>'))).find(
            ".//nvpair[@name='last-lrm-refresh']"
        )
        is None
    )


def test_nodes_are_those_of_now_in_the_state_of_now() -> None:
    made = parse_xml(again(cib(n1=STANDBY, n2=""), text()))
    assert [node.get("uname") for node in made.iterfind("nodes/node")] == ["n1"]
    assert made.find("nodes/node//nvpair[@name='standby']").get("value") == "on"
    made = parse_xml(again(cib(), text(n1=STANDBY)))
    assert made.find("nodes//nvpair") is None


@pytest.mark.parametrize("keep", [True, False])
def test_what_somebody_stopped_by_hand_stays_stopped_where_that_is_wanted(keep: bool) -> None:
    now = cib(a="2", meta=STOPPED)
    made = parse_xml(again(now, text(), keep=keep))
    assert (made.find(".//nvpair[@name='target-role']") is not None) is keep
    assert restoring.held_by_hand(now, text()) == ["site target-role=Stopped"]
    assert restoring.held_by_hand(cib(), text()) == []


def maintenance(made) -> list[str]:
    return [pair.get("value") for pair in made.iterfind("crm_config//nvpair[@name='maintenance-mode']")]


@pytest.mark.parametrize(("now", "then"), [("", HELD), (HELD, "")])
def test_maintenance_of_the_whole_cluster_is_neither_ended_nor_begun_by_a_rollback(now: str, then: str) -> None:
    live = cib(a="2", refresh=now)
    assert maintenance(parse_xml(again(live, text(refresh=then)))) == (["true"] if now else [])
    assert maintenance(parse_xml(again(live, text(refresh=then), keep=False))) == (["true"] if then else [])
    assert restoring.held_by_hand(live, text(refresh=then)) == (["maintenance-mode=true"] if now else [])


def test_what_was_stopped_then_and_is_not_now_is_not_stopped_again() -> None:
    assert parse_xml(again(cib(a="2"), text(meta=STOPPED))).find(".//nvpair[@name='target-role']") is None
    assert (
        parse_xml(again(cib(a="2"), text(meta=STOPPED), keep=False)).find(".//nvpair[@name='target-role']") is not None
    )
    gone = OTHER.replace("/>", f">{STOPPED.replace('site', 'other')}</primitive>")
    assert parse_xml(again(cib(), text(other=gone))).find(".//nvpair[@name='target-role']") is not None, "as it was"


@pytest.mark.parametrize("keep", [True, False])
def test_marks_of_a_restart_stay_what_they_are(keep: bool) -> None:
    now = cib(a="2", n1=STANDBY + ASIDE)
    now.find("configuration/crm_config").append(parse_xml(RESTING))
    made = restoring.restored(now, text(), keep_run_state=keep)
    found = marks.read(made)
    assert (found.ours, found.theirs, found.standby) == (True, False, frozenset({"n1"}))
    assert [pair.getparent().get("id") for pair in made.iterfind("configuration/nodes//nvpair[@name='standby']")] == [
        "nodes-1",
        "quorate-restart-1",
    ], "neither takes the other's place"


def test_what_is_compared_leaves_out_what_others_write() -> None:
    same = restoring.comparable(text())
    assert restoring.comparable(text(dc="3.0.0", n1=STANDBY)) == same
    assert restoring.comparable(text(a="2")) != same
    assert restoring.comparable(text(meta=STOPPED)) != same
    assert restoring.comparable("") == ""
    assert restoring.comparable(text(n2="")) == same, "which nodes there are is Pacemaker's own"


def test_primitives_are_found_wherever_they_stand() -> None:
    want = wish(THREE)
    made = restoring.primitives(canonical(configuration(want.cluster, want.agents, want.platform)))
    assert made == {"site-apache", "site-address"}
    assert restoring.primitives("") == set()
