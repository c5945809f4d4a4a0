"""What a plan says of a CIB write: how hard it is on what runs, and no password of anybody's."""

import copy

import pytest
from lxml import etree

from quorate.build.change import Effect
from quorate.build.steps.cib import effect, masked

LIVE = etree.fromstring("""
<cib><configuration>
  <resources>
    <primitive id="a" class="stonith" type="fence_ipmilan">
      <instance_attributes id="a-p">
        <nvpair id="a-ip" name="ip" value="10.0.0.1"/>
        <nvpair id="a-password" name="password" value="CLEAR"/>
      </instance_attributes>
    </primitive>
  </resources>
  <constraints><rsc_location id="l" rsc="a" node="n1" score="-INFINITY"/></constraints>
</configuration></cib>
""")


def changed(xpath: str, name: str, value: str) -> etree._Element:
    new = copy.deepcopy(LIVE)
    new.find(xpath).set(name, value)
    return new


def test_nothing_changed_or_only_added_is_a_start():
    assert effect(LIVE, copy.deepcopy(LIVE)) is Effect.START
    new = copy.deepcopy(LIVE)
    etree.SubElement(new.find("configuration/resources"), "primitive", id="b")
    assert effect(LIVE, new) is Effect.START


@pytest.mark.parametrize(
    ("xpath", "name", "value"),
    [(".//nvpair[@name='ip']", "value", "10.0.0.2"), (".//rsc_location", "node", "n2"), (".//primitive", "id", "b")],
)
def test_what_is_altered_or_gone_may_restart_something(xpath, name, value):
    assert effect(LIVE, changed(xpath, name, value)) is Effect.RESTART


def test_passwords_that_others_wrote_are_not_shown():
    shown = etree.tostring(masked(LIVE)).decode()
    assert "CLEAR" not in shown
    assert 'value="10.0.0.1"' in shown
    assert "CLEAR" in etree.tostring(LIVE).decode(), "only what is shown is masked"
    assert (
        'value="lrm://"' in etree.tostring(masked(changed(".//nvpair[@name='password']", "value", "lrm://"))).decode()
    )
