"""What others have written stays to the letter where it means what quorate wants; only what differs is changed."""

from lxml import etree
from tests.unit.adopt.adopting import adopted, rendered

from quorate.render.merge import canonical, merged, same

BY_PCS = """<cib validate-with="pacemaker-3.9"><configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options">
  <nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/>
  <nvpair id="cib-bootstrap-options-cluster-name" name="cluster-name" value="c"/>
  <nvpair id="cib-bootstrap-options-stonith-timeout" name="stonith-timeout" value="90"/>
  <nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="yes"/>
</cluster_property_set></crm_config>
<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
<resources>
<primitive class="stonith" id="f" type="fence_xvm">
  <instance_attributes id="f-instance_attributes">
    <nvpair id="f-instance_attributes-port" name="port" value="n1"/></instance_attributes>
  <operations><op id="f-monitor-interval-60s" interval="60s" name="monitor"/></operations>
</primitive>
<group id="g"><primitive class="ocf" id="ip" provider="heartbeat" type="IPaddr2">
  <instance_attributes id="ip-instance_attributes">
    <nvpair id="ip-instance_attributes-cidr_netmask" name="cidr_netmask" value="24"/>
    <nvpair id="ip-instance_attributes-ip" name="ip" value="10.0.0.9"/></instance_attributes>
  <operations>
    <op id="ip-monitor-interval-10s" interval="10s" name="monitor" timeout="20s"/>
    <op id="ip-start-interval-0s" interval="0s" name="start" timeout="20s"/></operations>
</primitive></group>
</resources>
<constraints>
<rsc_location id="location-g" rsc="g"><rule id="location-g-rule" score="100">
  <expression id="location-g-rule-expr" attribute="#uname" operation="eq" value="n1"/></rule></rsc_location>
</constraints>
<fencing-topology><fencing-level devices="f" id="fl-n1-1" index="1" target="n1"/></fencing-topology>
<rsc_defaults><meta_attributes id="build-resource-defaults">
  <nvpair id="build-resource-stickiness" name="resource-stickiness" value="1"/></meta_attributes></rsc_defaults>
</configuration></cib>"""


def test_adopting_what_pcs_wrote_changes_nothing():
    result = adopted(("cib.xml", BY_PCS))
    new, leftovers = merged(BY_PCS.encode(), rendered(result.text))
    assert leftovers == []
    assert same(new, etree.fromstring(BY_PCS)), canonical(new)


def test_a_change_is_only_that_change():
    text = adopted(("cib.xml", BY_PCS)).text
    new, _ = merged(
        BY_PCS.encode(), rendered(text.replace("timeout: 90s", "timeout: 91s").replace("100: n1", "200: n1"))
    )
    lines = set(canonical(new).splitlines()) ^ set(canonical(etree.fromstring(BY_PCS)).splitlines())
    assert {line.strip() for line in lines} == {
        '<nvpair id="cib-bootstrap-options-stonith-timeout" name="stonith-timeout" value="90"/>',
        '<nvpair id="cib-bootstrap-options-stonith-timeout" name="stonith-timeout" value="91s"/>',
    }
    assert 'id="ip-monitor-interval-10s"' in canonical(new)
