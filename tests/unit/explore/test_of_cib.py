import pytest
from lxml import etree

from quorate.errors import UsageError
from quorate.explore.of_cib import ASSUMED, of_cib

TWO = '<node id="1" uname="n1"/><node id="2" uname="n2"/>'
NODES = TWO + '<node id="3" uname="n3"/>'


def document(resources="", *, properties="", nodes=NODES, more="", status="<status/>"):
    return f"""<cib validate-with="pacemaker-3.9" crm_feature_set="3.16.1"><configuration>
<crm_config><cluster_property_set id="o">{properties}</cluster_property_set></crm_config>
<nodes>{nodes}</nodes><resources>{resources}</resources><constraints/>{more}</configuration>{status}</cib>"""


def pair(name, value):
    return f'<nvpair id="x-{name}" name="{name}" value="{value}"/>'


def stonith(id_, agent, **parameters):
    inside = "".join(pair(name, value) for name, value in parameters.items())
    given = f'<instance_attributes id="{id_}-p">{inside}</instance_attributes>'
    return f'<primitive id="{id_}" class="stonith" type="{agent}">{given}</primitive>'


DUMMY = '<primitive id="{}" class="ocf" provider="pacemaker" type="Dummy">{}</primitive>'


def test_every_top_level_resource_is_a_service_and_the_assumptions_are_said():
    group = f'<group id="g">{DUMMY.format("a", "")}{DUMMY.format("b", "")}</group>'
    clone = f'<clone id="c"><group id="cg">{DUMMY.format("d", "")}{DUMMY.format("e", "")}</group></clone>'
    subject = of_cib(document(group + clone + stonith("f", "fence_apc")), "mine")
    assert subject.name == "mine"
    assert {service.name: service.needs for service in subject.services} == {"g": ("a", "b"), "c": ("d", "e")}
    assert {part.id: (part.clone, part.service) for part in subject.parts.values()} == {
        "a": ("", "g"),
        "b": ("", "g"),
        "d": ("c", "c"),
        "e": ("c", "c"),
        "f": ("", ""),
    }
    assert subject.remarks[: len(ASSUMED)] == ASSUMED
    assert subject.votes == {"n1": 1, "n2": 1, "n3": 1}
    assert not subject.quorum.two_node
    assert subject.detection_s == 8.03


def test_two_nodes_are_taken_for_two_node():
    subject = of_cib(document(nodes=TWO))
    assert subject.nodes == ("n1", "n2")
    assert subject.quorum.two_node
    assert subject.quorum.wait_for_all


def test_templates_defaults_and_disabled_operations():
    template = """<template id="t" class="ocf" provider="heartbeat" type="apache"><operations>
<op id="t1" name="monitor" interval="10s" timeout="40s"/><op id="t2" name="start" interval="0" timeout="1min"/>
</operations></template><primitive id="a" template="t"><operations>
<op id="a1" name="monitor" interval="30s" timeout="15s"/><op id="a2" name="monitor" interval="5s" enabled="false"/>
<op id="a3" name="monitor" interval="2s" role="Stopped"/></operations></primitive>"""
    more = f'<op_defaults><meta_attributes id="d">{pair("timeout", "33s")}</meta_attributes></op_defaults>'
    part = of_cib(document(template, more=more)).parts["a"]
    assert part.agent == "ocf:heartbeat:apache"
    assert part.monitor_s == 10
    assert (part.timeouts_s["start"], part.timeouts_s["stop"], part.timeouts_s["monitor"]) == (60, 33, 40)


def primitive(id_, agent, **parameters):
    inside = "".join(pair(name, value) for name, value in parameters.items())
    given = f'<instance_attributes id="{id_}-p">{inside}</instance_attributes>'
    provider, kind = agent.split(":")
    return f'<primitive id="{id_}" class="ocf" provider="{provider}" type="{kind}">{given}</primitive>'


def test_the_disks_of_what_was_written_by_hand():
    promotable = '<meta_attributes id="mm">' + pair("promotable", "true") + "</meta_attributes>"
    resources = (
        f'<clone id="ms">{promotable}{primitive("r", "linbit:drbd", drbd_resource="r0")}</clone>'
        + primitive("on-drbd", "heartbeat:Filesystem", device="/dev/drbd0", directory="/a")
        + primitive("group", "heartbeat:LVM-activate", vgname="data-vg")
        + primitive("of-group", "heartbeat:Filesystem", device="/dev/mapper/data--vg-lv", directory="/b")
        + primitive("also", "heartbeat:Filesystem", device="/dev/data-vg/lv", directory="/b")
        + primitive("export", "heartbeat:Filesystem", device="nas:/srv", directory="/c")
        + primitive("lun", "heartbeat:Filesystem", device="/dev/disk/by-id/x", directory="/d")
        + primitive("label", "heartbeat:Filesystem", device="LABEL=x", directory="/e")
    )
    found = of_cib(document(resources, nodes=TWO)).disks
    assert [(disk.path, disk.node, disk.parts, disk.replicated) for disk in found] == [
        ("drbd:r0", "n1", ("r",), True),
        ("drbd:r0", "n2", ("r",), True),
        ("vg:data-vg", "", ("group",), False),
        ("nas:/srv", "", ("export",), False),
        ("/dev/disk/by-id/x", "", ("lun",), False),
    ]


def test_what_gets_a_node_fenced():
    ops = '<operations><op id="m" name="monitor" interval="5s" on-fail="fence"/>{}</operations>'
    assert of_cib(document(DUMMY.format("a", ops.format("")))).parts["a"].fenced_on == {"monitor", "stop"}
    block = ops.format('<op id="s" name="stop" interval="0" on-fail="block"/>')
    assert of_cib(document(DUMMY.format("a", block))).parts["a"].fenced_on == {"monitor"}


@pytest.mark.parametrize(
    ("parameters", "victims", "delays"),
    [
        ({"pcmk_host_list": "n1,n3"}, ("n1", "n3"), {}),
        ({"pcmk_host_map": "n2:7;n1:8,9"}, ("n1", "n2"), {}),
        ({"pcmk_host_check": "none"}, ("n1", "n2", "n3"), {}),
        ({}, ("n1", "n2", "n3"), {}),
        ({"pcmk_host_list": "n1 n2", "pcmk_delay_base": "n1:5s;n2:0"}, ("n1", "n2"), {"n1": 5}),
        ({"pcmk_host_list": "n1", "pcmk_delay_base": "2s", "pcmk_delay_max": "10s"}, ("n1",), {"n1": 6}),
    ],
)
def test_whom_a_device_fences_and_when(parameters, victims, delays):
    (fence,) = of_cib(document(stonith("f", "fence_apc", **parameters))).fences
    assert (fence.victims, fence.delay_s, fence.onboard) == (victims, delays, "")


def test_a_device_that_asks_for_its_victims_is_remarked_on():
    assert any("f asks its device" in remark for remark in of_cib(document(stonith("f", "fence_apc"))).remarks)


def test_a_board_for_one_node_shares_its_power():
    (fence,) = of_cib(document(stonith("f", "fence_ipmilan", pcmk_host_list="n2"))).fences
    assert fence.onboard == "n2"


def test_a_device_that_is_switched_off_fences_nobody():
    off = '<meta_attributes id="m">' + pair("target-role", "Stopped") + "</meta_attributes>"
    text = document(f'<primitive id="f" class="stonith" type="fence_apc">{off}</primitive>')
    subject = of_cib(text)
    assert subject.fences == ()
    assert any("switched off" in remark for remark in subject.remarks)


def test_levels_by_name_pattern_and_attribute():
    level = '<fencing-level id="{0}" index="{1}" {2} devices="{0}"/>'
    more = "<fencing-topology>" + level.format("a", 2, 'target="n1"') + level.format("b", 1, 'target-pattern="^n[12]"')
    more += level.format("c", 1, 'target-attribute="rack" target-value="r1"') + "</fencing-topology>"
    rack = '<node id="3" uname="n3"><instance_attributes id="i">' + pair("rack", "r1") + "</instance_attributes></node>"
    nodes = TWO + rack
    assert of_cib(document(more=more, nodes=nodes)).levels == {"n1": (("b",), ("a",)), "n2": (("b",),), "n3": (("c",),)}


def test_the_watchdog_is_a_device_for_all_and_a_level_where_it_is_named():
    more = '<fencing-topology><fencing-level id="l" index="1" target="n1" devices="a"/></fencing-topology>'
    subject = of_cib(document(properties=pair("stonith-watchdog-timeout", "10s"), more=more))
    (fence,) = subject.fences
    assert (fence.victims, fence.delay_s["n3"]) == (("n1", "n2", "n3"), 10)
    assert subject.levels == {"n1": (("a",),)}


def test_without_a_status_all_are_members_and_with_history_it_is_live():
    root = etree.fromstring(of_cib(document()).cib)
    states = [(s.get("uname"), s.get("crmd")) for s in root.iterfind("status/node_state")]
    assert states == [("n1", "online"), ("n2", "online"), ("n3", "online")]
    assert root.get("have-quorum") == "1"
    op = '<lrm_rsc_op id="o" operation="start"/>'
    history = f'<status><node_state id="1" uname="n1"><lrm id="1"><lrm_resources><lrm_resource id="a">{op}'
    history += "</lrm_resource></lrm_resources></lrm></node_state></status>"
    subject = of_cib(document(status=history))
    assert subject.live
    assert len(etree.fromstring(subject.cib).findall("status/node_state")) == 1


def test_what_is_kept_from_running_is_not_judged():
    stopped = '<meta_attributes id="m">' + pair("target-role", "Stopped") + "</meta_attributes>"
    subject = of_cib(document(f'<clone id="c">{stopped}{DUMMY.format("a", "")}</clone>' + DUMMY.format("b", "")))
    assert subject.names == ("b",)
    assert any(remark.startswith("c is kept from running") for remark in subject.remarks)


def test_properties():
    set_ = pair("stonith-enabled", "false") + pair("no-quorum-policy", "freeze") + pair("cluster-name", "real")
    subject = of_cib(document(properties=set_ + pair("priority-fencing-delay", "15s")), "other")
    assert not subject.fencing
    assert (subject.no_quorum_policy, subject.name, subject.priority_delay_s) == ("freeze", "real", 15)


@pytest.mark.parametrize("text", ["", "<cib", "<cib/>", "cluster: web", "<a/>", document(nodes="")])
def test_what_is_no_cib_is_refused_with_a_hint(text):
    with pytest.raises(UsageError) as refused:
        of_cib(text)
    assert "cibadmin" in refused.value.hint


def test_files_of_this_machine_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    entity = f'<!DOCTYPE cib [<!ENTITY s SYSTEM "{secret}">]>'
    subject = of_cib(entity + document().replace("<constraints/>", "<constraints>&s;</constraints>"))
    assert "SECRET" not in subject.cib
