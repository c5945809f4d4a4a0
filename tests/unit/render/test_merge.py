"""What is quorate's is replaced, what is not stays, and what is left over is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.render.cib import cib, configuration
from quorate.render.merge import Leftover, canonical, merged, same

DATA = Path(__file__).parents[2] / "data/render"
EMPTY = "<cib><configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>"


@pytest.fixture
def base(cluster):
    return cluster(services={"site": kinds()["web"](address="10.20.0.100/24")})


@pytest.fixture
def wanted(base):
    return configuration(base, AgentLibrary.shipped(), PLATFORM)


@pytest.fixture
def live(base):
    return cib(base, AgentLibrary.shipped(), PLATFORM)


def add(root, place, xml):
    parent = root.find(f"configuration/{place}")
    if parent is None:
        parent = etree.SubElement(root.find("configuration"), place)
    parent.append(etree.fromstring(xml))


def ids(root):
    return {element.get("id") for element in root.find("configuration").iter() if isinstance(element.tag, str)}


FRESH = b"""<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="5" num_updates="7" admin_epoch="0">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/>
        <nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="2.1.5"/>
      </cluster_property_set>
    </crm_config>
    <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/><node id="3" uname="n3"/></nodes>
    <resources/>
    <constraints/>
  </configuration>
  <status><node_state id="1" uname="n1"/></status>
</cib>"""


def test_a_fresh_cluster_gets_everything_and_keeps_its_own(wanted):
    new, leftovers = merged(FRESH, wanted)
    assert leftovers == []
    assert new.find(".//nvpair[@name='dc-version']") is not None
    assert new.find(".//nvpair[@name='stonith-enabled']") is not None
    assert new.find("status/node_state") is not None
    assert (new.get("epoch"), new.get("num_updates")) == ("5", "7")
    again, _ = merged(etree.tostring(new), wanted)
    assert etree.tostring(again) == etree.tostring(new)


def test_spaces_and_the_order_of_attributes_are_no_difference(live, wanted):
    text = etree.tostring(live, pretty_print=True).replace(b'name="start" interval="0s"', b'interval="0s" name="start"')
    new, _ = merged(text, wanted)
    assert etree.tostring(new) == etree.tostring(etree.fromstring(text))
    assert same(new, live)
    assert canonical(new) == canonical(live)


def test_a_changed_value_is_ours_again(live, wanted):
    live.find(".//nvpair[@name='stonith-enabled']").set("value", "false")
    live.find(".//op[@id='site-apache-monitor-5s']").set("interval", "50s")
    new, leftovers = merged(live, wanted)
    assert leftovers == []
    assert new.find(".//nvpair[@name='stonith-enabled']").get("value") == "true"
    assert new.find(".//op[@id='site-apache-monitor-5s']").get("interval") == "5s"


FOREIGN = [
    ("crm_config/*", '<nvpair id="x" name="maintenance-mode" value="true"/>', "property", "maintenance-mode"),
    ("rsc_defaults/*", '<nvpair id="x" name="failure-timeout" value="9s"/>', "default", "failure-timeout"),
    ("op_defaults", '<meta_attributes id="x"><rule id="r"/></meta_attributes>', "default", "x"),
    ("resources", '<primitive id="x" class="ocf" provider="pacemaker" type="Dummy"/>', "resource", "x"),
    ("constraints", '<rsc_location id="x" rsc="site" node="n1" score="INFINITY"/>', "constraint", "x"),
    ("fencing-topology", '<fencing-level id="x" target="n2" index="1" devices="ipmi-n2"/>', "fencing level", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "xml", "kind", "name"), FOREIGN, ids=lambda value: str(value)[:20])
def test_what_the_file_does_not_have_is_kept_and_named_unless_pruned(live, wanted, place, xml, kind, name):
    add(live, place, xml)
    kept, leftovers = merged(live, wanted)
    assert [(item.kind, item.id, item.kept) for item in leftovers] == [(kind, name, True)]
    assert "x" in ids(kept)
    assert etree.tostring(merged(kept, wanted)[0]) == etree.tostring(kept)
    pruned, leftovers = merged(live, wanted, prune=True)
    assert [item.kept for item in leftovers] == [False]
    assert "x" not in ids(pruned)
    assert same(pruned.find("configuration"), merged(pruned, wanted)[0].find("configuration"))


def test_what_is_kept_keeps_no_mark_of_a_change_that_was_broken_off(live, wanted):
    pair = '<nvpair id="y" name="target-role" value="Stopped"/>'
    mark = f'<meta_attributes id="quorate-making-way-x">{pair}</meta_attributes>'
    add(live, "resources", f'<primitive id="x" class="ocf" provider="pacemaker" type="Dummy">{mark}</primitive>')
    kept, _ = merged(live, wanted)
    assert "x" in ids(kept)
    assert kept.find(".//nvpair[@name='target-role']") is None


KEPT = [
    ("acls", '<acl_role id="x"/>'),
    ("tags", '<tag id="x"><obj_ref id="site"/></tag>'),
    ("alerts", '<alert id="x" path="/usr/bin/true"/>'),
    ("nodes", '<node id="x" uname="remote" type="remote"/>'),
    ("nodes/node", '<instance_attributes id="x"><nvpair id="y" name="standby" value="on"/></instance_attributes>'),
]  # fmt: skip


@pytest.mark.parametrize(("place", "xml"), KEPT, ids=lambda value: value[:12])
@pytest.mark.parametrize("prune", [False, True])
def test_what_is_never_quorates_stays_without_a_word(live, wanted, place, xml, prune):
    add(live, place, xml)
    new, leftovers = merged(live, wanted, prune=prune)
    assert leftovers == []
    assert "x" in ids(new)


def test_a_property_in_a_set_of_another_tool_is_not_left_to_contradict_ours(live, wanted):
    add(
        live,
        "crm_config",
        '<cluster_property_set id="pcs"><nvpair id="p" name="stonith-enabled" value="false"/>'
        '<nvpair id="q" name="enable-acl" value="true"/></cluster_property_set>',
    )
    new, leftovers = merged(live, wanted)
    assert [p.get("value") for p in new.iterfind(".//nvpair[@name='stonith-enabled']")] == ["true"]
    assert leftovers == [Leftover("property", "enable-acl", "true")]
    assert str(leftovers[0]) == "property enable-acl=true"


def test_a_resource_stopped_by_hand_stays_stopped(live, wanted):
    stopped = '<meta_attributes id="m"><nvpair id="t" name="target-role" value="Stopped"/></meta_attributes>'
    live.find(".//group[@id='site']").insert(0, etree.fromstring(stopped))
    new, leftovers = merged(live, wanted)
    assert leftovers == [Leftover("meta attribute", "site target-role", "Stopped")]
    assert new.find(".//group[@id='site']/meta_attributes/nvpair").get("value") == "Stopped"
    assert etree.tostring(new) == etree.tostring(live)
    started, _ = merged(live, wanted, prune=True)
    assert started.find(".//group[@id='site']/meta_attributes") is None


def test_a_member_that_the_file_dropped_from_its_group_goes_with_its_constraints(live, wanted):
    live.find(".//group[@id='site']").append(etree.fromstring('<primitive id="old" class="ocf" type="Dummy"/>'))
    add(live, "constraints", '<rsc_location id="x" rsc="old" node="n1" score="1"/>')
    new, leftovers = merged(live, wanted)
    assert {(item.kind, item.id, item.kept) for item in leftovers} == {
        ("resource", "old", False),
        ("constraint", "x", False),
    }
    assert not {"old", "x"} & ids(new)


def test_a_pruned_resource_takes_its_sets_along(live, wanted):
    add(live, "resources", '<primitive id="old" class="ocf" type="Dummy"/>')
    add(
        live,
        "constraints",
        '<rsc_colocation id="x" score="1"><resource_set id="s"><resource_ref id="old"/><resource_ref id="site"/>'
        "</resource_set></rsc_colocation>",
    )
    new, _ = merged(live, wanted, prune=True)
    assert not {"old", "x"} & ids(new)


def test_node_attributes_of_the_file_are_set_wherever_they_stand(cluster, live):
    base = cluster()
    marked = replace(base, nodes=(replace(base.nodes[0], attributes={"site": "a", "rack": "7"}), *base.nodes[1:]))
    wanted = configuration(marked, AgentLibrary.shipped(), PLATFORM)
    add(
        live,
        "nodes/node",
        '<instance_attributes id="other"><nvpair id="o" name="site" value="b"/></instance_attributes>',
    )
    new, _ = merged(live, wanted)
    pairs = {p.get("name"): p.get("value") for p in new.iterfind(".//node[@uname='n1']/instance_attributes/nvpair")}
    assert pairs == {"site": "a", "rack": "7"}
    assert etree.tostring(merged(new, wanted)[0]) == etree.tostring(new)


@pytest.mark.parametrize(
    ("asked", "result"),
    [("pacemaker-3.5", "pacemaker-3.9"), ("pacemaker-3.10", "pacemaker-3.10"), ("pacemaker-3.9", "pacemaker-3.9")],
)
def test_an_older_schema_is_raised_to_what_we_write(wanted, asked, result):
    new, _ = merged(FRESH.replace(b"pacemaker-3.9", asked.encode()), wanted)
    assert new.get("validate-with") == result


def test_named_things_of_the_file_replace_those_of_the_same_id():
    live = EMPTY.replace(
        "</configuration>",
        '<tags><tag id="t"><obj_ref id="x"/></tag><tag id="theirs"><obj_ref id="y"/></tag></tags></configuration>',
    )
    wanted = etree.fromstring('<configuration><tags><tag id="t"><obj_ref id="z"/></tag></tags></configuration>')
    new, _ = merged(live.encode(), wanted)
    assert [(tag.get("id"), tag[0].get("id")) for tag in new.iter("tag")] == [("t", "z"), ("theirs", "y")]


def test_a_level_for_a_pattern_leaves_that_for_another():
    live = EMPTY.replace(
        "</configuration>",
        '<fencing-topology><fencing-level id="p" index="1" target-pattern="b.*" devices="d"/></fencing-topology>'
        "</configuration>",
    )
    wanted = etree.fromstring(
        '<configuration><fencing-topology><fencing-level id="q" index="1" target-pattern="a.*" devices="e"/>'
        "</fencing-topology></configuration>"
    )
    new, _ = merged(live.encode(), wanted)
    assert [level.get("id") for level in new.iter("fencing-level")] == ["q", "p"]


def test_with_a_node_go_its_fencing_device_and_what_places_something_on_it(base, live):
    two = replace(base, nodes=base.nodes[:2], fencing=replace(base.fencing, devices=base.fencing.devices[:2]))
    add(live, "constraints", '<rsc_location id="prefer-n3" rsc="site" node="n3" score="10"/>')
    add(live, "constraints", '<rsc_location id="prefer-n2" rsc="site" node="n2" score="10"/>')
    add(live, "fencing-topology", '<fencing-level id="by-hand" target="n3" index="1" devices="ipmi-n3"/>')
    new, leftovers = merged(live, configuration(two, AgentLibrary.shipped(), PLATFORM), removed={"n3"})
    assert not {"ipmi-n3", "ipmi-n3-never-on-n3", "prefer-n3", "by-hand"} & ids(new)
    assert {"ipmi-n1", "prefer-n2"} <= ids(new)
    assert [str(leftover) for leftover in leftovers] == ["constraint prefer-n2"]
    assert "n3" in {node.get("uname") for node in new.iterfind("configuration/nodes/node")}


def test_a_device_for_several_nodes_stays_when_one_of_them_goes(wanted, live):
    add(
        live,
        "resources",
        '<primitive id="pdu" class="stonith" type="fence_apc"><instance_attributes id="pdu-i">'
        '<nvpair id="pdu-map" name="pcmk_host_map" value="n2:2;n3:3"/></instance_attributes></primitive>',
    )
    new, _ = merged(live, wanted, removed={"n3"})
    assert "pdu" in ids(new)


def test_a_node_that_was_never_seen_is_not_added(base):
    """Pacemaker fences a node that is in the CIB and has no state (startup-fencing)."""
    nodes = (*base.nodes[:2], replace(base.nodes[2], attributes={"rack": "b"}))
    fresh = FRESH.replace(b'<node id="3" uname="n3"/>', b"")
    new, _ = merged(fresh, configuration(replace(base, nodes=nodes), AgentLibrary.shipped(), PLATFORM))
    assert [node.get("uname") for node in new.iterfind("configuration/nodes/node")] == ["n1", "n2"]


def test_what_two_nodes_needed_goes_when_the_cluster_grows(wanted, live):
    add(
        live,
        "crm_config",
        '<cluster_property_set id="x"><nvpair id="y" name="priority-fencing-delay" value="5s"/></cluster_property_set>',
    )
    add(live, "rsc_defaults", '<meta_attributes id="z"><nvpair id="p" name="priority" value="1"/></meta_attributes>')
    add(
        live,
        "rsc_defaults",
        '<meta_attributes id="v"><nvpair id="q" name="is-managed" value="false"/></meta_attributes>',
    )
    new, leftovers = merged(live, wanted)
    assert not {"y", "p"} & ids(new)
    assert [str(leftover) for leftover in leftovers] == ["default is-managed=false"]


@pytest.mark.parametrize("way", ["there", "back"])
def test_a_service_that_becomes_another_kind_leaves_nothing_behind(way):
    """The proxies of an entrance that is now an address would hold the ports that its servers are to listen at."""
    text = (DATA / "openstack-active/cluster.yaml").read_text()
    forms = [
        load(one, "cluster.yaml", kinds()).cluster for one in (text, text.replace("kind: haproxy", "kind: address"))
    ]
    before, after = forms if way == "there" else reversed(forms)
    live = cib(before, AgentLibrary.shipped(), PLATFORM)
    add(live, "resources", '<primitive id="entrance-guard" class="ocf" provider="pacemaker" type="Dummy"/>')
    add(live, "constraints", '<rsc_location id="x" rsc="identity" node="c1" score="1"/>')
    wanted = configuration(after, AgentLibrary.shipped(), PLATFORM)
    new, leftovers = merged(live, wanted, services=after.services)
    assert [str(one) for one in leftovers if one.kept] == ["resource entrance-guard", "constraint x"]
    gone = [one for one in leftovers if not one.kept]
    assert gone, "what goes is said"
    assert all(one.former for one in gone), "and is no trace of anybody's"
    made = {one.get("id") for place in ("resources", "constraints") for one in wanted.find(place)}
    live_now = {one.get("id") for place in ("resources", "constraints") for one in new.find(f"configuration/{place}")}
    assert live_now == made | {"entrance-guard", "x"}


def test_what_a_service_was_made_of_stays_where_the_file_no_longer_has_it(base, live):
    wanted = configuration(replace(base, services={}), AgentLibrary.shipped(), PLATFORM)
    _, leftovers = merged(live, wanted, services={})
    assert {str(one) for one in leftovers if one.kept} == {"resource site"}


CALLED_AS_PARTS = [
    ("constraints", '<rsc_location id="site-prefers-n2" rsc="site" node="n2" score="100"/>'),
    ("constraints", '<rsc_location id="site-prefers-n2" rsc="site" node="n2" score="10"/>'),
    ("constraints", '<rsc_location id="site-not-on-n3" rsc="site" node="n3" score="-INFINITY"/>'),
    ("constraints", '<rsc_location id="site-never-on-n3" rsc="site" node="n3" score="-INFINITY"/>'),
    ("constraints", '<rsc_order id="site-after-site" first="site" then="mine"/>'),
    ("constraints", '<rsc_colocation id="site-with-site" rsc="mine" with-rsc="site" score="INFINITY"/>'),
    ("resources", '<primitive id="site-server" class="systemd" type="haproxy"/>'),
    ("resources", '<primitive id="site-drbd" class="ocf" provider="linbit" type="drbd"/>'),
    ("resources", '<group id="site-instance"><primitive id="site-unit" class="systemd" type="x"/></group>'),
    ("resources", '<clone id="site-servers"><primitive id="site-server" class="systemd" type="nginx"/></clone>'),
    ("resources", '<clone id="site-servers"><primitive id="mine" class="systemd" type="haproxy"/></clone>'),
]


@pytest.mark.parametrize(("place", "xml"), CALLED_AS_PARTS, ids=lambda value: value[:40])
def test_what_is_called_as_a_part_of_a_service_is_somebodys_own(live, wanted, place, xml):
    add(live, place, xml)
    name = etree.fromstring(xml).get("id")
    new, leftovers = merged(live, wanted, services=["site"])
    assert [(one.id, one.kept) for one in leftovers] == [(name, True)]
    assert name in ids(new)
    pruned, _ = merged(live, wanted, services=["site"], prune=True)
    assert name not in ids(pruned)


def test_a_service_that_was_called_as_a_part_is_kept_until_it_is_pruned(cluster, base):
    other = replace(base, services={**base.services, "site-server": kinds()["web"](address="10.20.0.101/24", port=81)})
    live = cib(other, AgentLibrary.shipped(), PLATFORM)
    wanted = configuration(base, AgentLibrary.shipped(), PLATFORM)
    new, leftovers = merged(live, wanted, services=base.services)
    assert [str(one) for one in leftovers] == ["resource site-server"]
    assert "site-server-apache" in ids(new)


def test_the_nodes_of_before_go_and_are_named(cluster):
    def on(*nodes):
        return cluster(services={"site": kinds()["web"](address="10.20.0.100/24", nodes=nodes)})

    live = cib(on("n2", "n1"), AgentLibrary.shipped(), PLATFORM)
    wanted = configuration(on(), AgentLibrary.shipped(), PLATFORM)
    new, leftovers = merged(live, wanted, services=["site"])
    gone = {"site-prefers-n2", "site-prefers-n1", "site-never-on-n3"}
    assert {one.id for one in leftovers} == gone
    assert all(one.former and not one.kept for one in leftovers)
    assert not gone & ids(new)
    live.find(".//rsc_location[@id='site-prefers-n1']").set("score", "100")  # one of them was changed by hand
    _, leftovers = merged(live, wanted, services=["site"])
    assert {one.id for one in leftovers if one.kept} == gone
