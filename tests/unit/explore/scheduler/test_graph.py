import pytest
from lxml import etree

from quorate.explore.scheduler.graph import base, is_whole, parse_graph, parse_status
from quorate.explore.scheduler.transition import Action, Instance

GRAPH = """<transition_graph failed-stop-offset="INFINITY" failed-start-offset="1">
  <synapse id="0"><action_set>
    <rsc_op id="11" operation="start" operation_key="ping:1_start_0" on_node="n3" on_node_uuid="3">
      <primitive id="ping" long-id="ping:1" class="ocf" type="ping"/>
      <attributes CRM_meta_timeout="60000"/></rsc_op></action_set>
    <inputs><trigger><crm_event id="1" operation="stonith"/></trigger>
            <trigger><pseudo_event id="24"/></trigger></inputs></synapse>
  <synapse id="1"><action_set>
    <crm_event id="1" operation="stonith" operation_key="stonith-n2-reboot" on_node="n2">
      <attributes CRM_meta_stonith_action="reboot" CRM_meta_priority_fencing_delay="15s"/></crm_event></action_set>
    <inputs/></synapse>
  <synapse id="2" priority="1000000"><action_set>
    <pseudo_event id="24" operation="stopped" operation_key="web-group_stopped_0">
      <attributes CRM_meta_timeout="20000"/></pseudo_event></action_set><inputs/></synapse>
  <synapse id="3"><action_set>
    <rsc_op id="5" operation="monitor" operation_key="ping_monitor_0" on_node="n1"><primitive id="ping"/>
      <attributes CRM_meta_op_target_rc="7" CRM_meta_timeout="20000"/></rsc_op></action_set><inputs/></synapse>
  <synapse id="4"><action_set>
    <rsc_op id="6" operation="monitor" operation_key="ping_monitor_10000" on_node="n1"><primitive id="ping:0"/>
      <attributes CRM_meta_interval="10000"/></rsc_op></action_set><inputs/></synapse>
  <synapse id="5"><action_set>
    <crm_event id="7" operation="stonith" operation_key="stonith-n1-on" on_node="n1">
      <attributes CRM_meta_stonith_action="on"/></crm_event></action_set><inputs/></synapse>
  <synapse id="6"><action_set>
    <pseudo_event id="8" operation="notify" operation_key="db_confirmed-pre_notify_demote_0"/></action_set>
    <inputs/></synapse>
  <synapse id="7"><action_set>
    <pseudo_event id="9" operation="load_stopped_n1" operation_key="load_stopped_n1"/></action_set>
    <inputs/></synapse>
</transition_graph>"""


def test_a_graph_is_read_in_its_order():
    graph = parse_graph(GRAPH)
    assert graph.actions == (
        Action(11, "rsc_op", "start", "ping", "n3", timeout_ms=60000, after=(1, 24)),
        Action(1, "crm_event", "stonith", node="n2", priority_delay_s=15),
        Action(24, "pseudo_event", "stopped", "web-group"),
        Action(5, "rsc_op", "monitor", "ping", "n1", timeout_ms=20000),
        Action(6, "rsc_op", "monitor", "ping", "n1", interval_ms=10000),
        Action(7, "crm_event", "unfence", node="n1"),
        Action(8, "pseudo_event", "notify", "db"),
        Action(9, "pseudo_event", "load_stopped_n1"),
    )
    assert dict(graph.priority) == {24: 1000000}
    assert dict(graph.expected) == {5: 7}


def test_what_a_failure_counts_is_the_graph_s_to_say():
    graph = parse_graph(GRAPH)
    assert (graph.start_failure, graph.stop_failure) == ("", "INFINITY")
    assert parse_graph("<transition_graph/>").start_failure == "INFINITY"


@pytest.mark.parametrize(("delay", "seconds"), [("15s", 15), ("2min", 120), ("500ms", 0.5), ("7", 7), ("soon", 0)])
def test_a_delay_has_a_unit(delay, seconds):
    [_, fencing, *_] = parse_graph(GRAPH.replace('"15s"', f'"{delay}"')).actions
    assert fencing.priority_delay_s == seconds


def test_an_instance_is_called_as_its_primitive():
    assert [base(name) for name in ("web", "ping:1", "web-bundle-docker-0", "db:12")] == [
        "web",
        "ping",
        "web-bundle-docker-0",
        "db",
    ]


STATUS = """<cluster_status><nodes>
  <node name="n1" online="true" standby="false" standby_onfail="false" pending="false" unclean="false"/>
  <node name="n2" online="true" standby="true" standby_onfail="false" pending="false" unclean="false"/>
  <node name="n3" online="true" standby="false" standby_onfail="true" pending="false" unclean="false"/>
  <node name="n4" online="false" standby="false" standby_onfail="false" pending="false" unclean="true"/>
  <node name="n5" online="true" standby="true" standby_onfail="false" pending="false" unclean="true"/>
  <node name="n6" online="false" standby="true" standby_onfail="false" pending="false" unclean="false"/>
  <node name="n7" online="true" standby="false" standby_onfail="false" pending="true" unclean="false"/>
</nodes><resources>
  <resource id="web" role="Started" blocked="true"><node name="n1"/></resource>
  <resource id="idle" role="Stopped" blocked="false"/>
  <clone id="db-clone"><resource id="db" role="Promoted" blocked="false"><node name="n1"/></resource>
    <resource id="db:1" role="Slave" blocked="false"><node name="n2"/></resource></clone>
  <bundle id="b"><replica id="0"><resource id="app" role="Started"><node name="b-0"/></resource>
    <resource id="b-podman-0" role="Started"><node name="n1"/></resource></replica></bundle>
  <group id="g"><resource id="two" role="Started" blocked="false"><node name="n1"/><node name="n4"/></resource></group>
</resources></cluster_status>"""


def test_a_status_says_who_is_there_and_what_is_active():
    placement = parse_status(etree.fromstring(STATUS))
    assert list(placement.nodes.values()) == [
        "online",
        "standby",
        "standby",
        "unclean",
        "unclean",
        "offline",
        "offline",
    ]
    assert placement.instances == {
        Instance("web", "n1", "Started", blocked=True),
        Instance("db", "n1", "Promoted"),
        Instance("db", "n2", "Unpromoted"),
        Instance("app", "b-0", "Started"),
        Instance("b-podman-0", "n1", "Started"),
        Instance("two", "n1", "Started"),
        Instance("two", "n4", "Started"),
    }
    assert [one.node for one in placement.active("two")] == ["n1"]


def test_a_deletion_says_what_the_resource_is_now():
    graph = parse_graph(
        '<transition_graph><synapse><action_set><rsc_op id="1" operation="delete" on_node="n1">'
        '<primitive id="web" class="lsb" type="nginx"/></rsc_op></action_set></synapse></transition_graph>'
    )
    assert graph.agent == {1: {"class": "lsb", "provider": "", "type": "nginx"}}


WHOLE = """<cluster_status>
  <nodes><node name="n1" resources_running="2"/><node name="n2" resources_running="{}">{}</node></nodes>
  <resources><clone id="c"><resource id="a"><node name="n1"/></resource>
    <resource id="a"><node name="n1"/></resource></clone></resources>
</cluster_status>"""


def test_a_status_may_count_more_than_it_lists_and_list_it_by_node():
    assert is_whole(etree.fromstring(WHOLE.format(0, "")))
    assert not is_whole(etree.fromstring(WHOLE.format(1, "")))
    by_node = WHOLE.format(1, '<resource id="b" blocked="true"><node name="n2"/></resource>')
    assert parse_status(etree.fromstring(by_node)).instances == {
        Instance("a", "n1", "Started"),
        Instance("b", "n2", "Started", blocked=True),
    }
