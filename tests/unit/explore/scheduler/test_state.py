import pytest
from lxml import etree

from quorate.explore.scheduler.state import digest, facts
from quorate.explore.scheduler.transition import Instance, Placement

CIB = """<cib have-quorum="1" dc-uuid="2">
  <configuration><nodes>
    <node id="1" uname="n1">
      <instance_attributes id="a"><nvpair id="b" name="standby" value="on"/></instance_attributes></node>
    <node id="2" uname="n2"/></nodes></configuration>
  <status>
    <node_state id="1" uname="n1">
      <transient_attributes id="1"><instance_attributes id="status-1">
        <nvpair id="c" name="fail-count-web#start_0" value="INFINITY"/>
        <nvpair id="d" name="last-failure-web#start_0" value="1700000000"/>
        <nvpair id="e" name="master-db" value="10000"/>
      </instance_attributes></transient_attributes>
      <lrm id="1"><lrm_resources>
        <lrm_resource id="web"><lrm_rsc_op id="web_last_0" operation="stop" interval="0" rc-code="0"/>
          <lrm_rsc_op id="web_last_failure_0" operation="start" interval="0" rc-code="1"/></lrm_resource>
        <lrm_resource id="db:1">
          <lrm_rsc_op id="db_monitor_9" operation="monitor" interval="9" rc-code="5"/></lrm_resource>
        <lrm_resource id="ip"><lrm_rsc_op id="ip_last_0" operation="monitor" interval="0" rc-code="7"/></lrm_resource>
      </lrm_resources></lrm>
    </node_state>
    <tickets><ticket_state id="site" standby="false" granted="true" last-granted="1700000000"/></tickets>
  </status></cib>"""


def test_a_cib_says_all_that_matters_and_no_time():
    assert facts(etree.fromstring(CIB)) == {
        "quorum 1",
        "dc n2",
        "standby n1 on",
        "attribute n1 fail-count-web#start_0 INFINITY",
        "attribute n1 master-db 10000",
        "failure n1 web start 0 1",
        "failure n1 db monitor 9 5",
        "ticket site granted=true standby=false",
    }


HERE = Placement({"n1": "online", "n2": "offline"}, frozenset({Instance("web", "n1", "Started")}))


def test_a_digest_is_of_lines_in_any_order():
    one = digest(["quorum 1", "dc n1"], HERE)
    assert one == digest(["dc n1", "quorum 1", "dc n1"], HERE)
    assert len(one) == 32
    assert one == "61044761a4a943c342783d4bd9671ca5"


@pytest.mark.parametrize(
    ("lines", "placement"),
    [
        (["quorum 0"], HERE),
        (["quorum 1"], Placement({"n1": "online", "n2": "unclean"}, HERE.instances)),
        (["quorum 1"], Placement(HERE.nodes, frozenset({Instance("web", "n1", "Promoted")}))),
        (["quorum 1"], Placement(HERE.nodes, frozenset({Instance("web", "n1", "Started", blocked=True)}))),
        (["quorum 1"], Placement(HERE.nodes)),
    ],
)
def test_whatever_differs_makes_another_digest(lines, placement):
    assert digest(lines, placement) != digest(["quorum 1"], HERE)
