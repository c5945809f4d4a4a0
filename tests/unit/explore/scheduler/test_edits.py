import pytest
from lxml import etree

from quorate.explore.scheduler.edits import prepare
from quorate.explore.scheduler.state import facts
from quorate.explore.scheduler.step import Step


@pytest.fixture
def cib():
    member = 'in_ccm="true" crmd="online" join="member" expected="member"'
    history = (
        '<transient_attributes id="{0}"><instance_attributes id="status-{0}">'
        '<nvpair id="status-{0}-master-db" name="master-db" value="5"/></instance_attributes></transient_attributes>'
        '<lrm id="{0}"><lrm_resources><lrm_resource id="web"/></lrm_resources></lrm>'
    )
    states = "".join(f'<node_state id="{n}" uname="n{n}" {member}>{history.format(n)}</node_state>' for n in (1, 2, 3))
    nodes = "".join(f'<node id="{n}" uname="n{n}"/>' for n in (1, 2, 3))
    text = f'<cib have-quorum="1" dc-uuid="2"><configuration><nodes>{nodes}</nodes></configuration>'
    return etree.fromstring(f"{text}<status>{states}</status></cib>")


def state(cib, name):
    return cib.find(f"status/node_state[@uname='{name}']")


def test_quorum_stays_unless_something_is_said(cib):
    prepare(cib, Step())
    assert cib.get("have-quorum") == "1"
    prepare(cib, Step(quorum=False))
    assert cib.get("have-quorum") == "0"


def test_standby_is_an_attribute_of_the_node_and_goes_back(cib):
    prepare(cib, Step(standby=(("n1", True),)))
    [pair] = cib.findall("configuration/nodes/node[@uname='n1']/instance_attributes/nvpair")
    assert dict(pair.attrib) == {"id": "nodes-1-standby", "name": "standby", "value": "on"}
    prepare(cib, Step(standby=(("n1", False),)))
    assert [p.get("value") for p in cib.iter("nvpair") if p.get("name") == "standby"] == ["off"]


def test_a_node_that_returned_runs_nothing(cib):
    prepare(cib, Step(returned=("n3",), scores=(("n3", "master-app", "7"),)))
    assert "attribute n3 master-app 7" in facts(cib)
    assert "attribute n3 master-db 5" not in facts(cib)
    assert state(cib, "n3").find("lrm") is None
    assert state(cib, "n1").find("lrm") is not None


def test_scores_are_set_changed_and_removed(cib):
    prepare(cib, Step(scores=(("n1", "master-db", "10"), ("n2", "master-db", ""), ("n2", "pingd", "1"))))
    told = {fact for fact in facts(cib) if fact.startswith("attribute")}
    assert told == {"attribute n1 master-db 10", "attribute n2 pingd 1", "attribute n3 master-db 5"}


def test_a_guest_node_gets_a_state_for_its_score(cib):
    prepare(cib, Step(scores=(("db-bundle-0", "master-db", "10"),)))
    assert state(cib, "db-bundle-0").get("remote_node") == "true"
    assert "attribute db-bundle-0 master-db 10" in facts(cib)


def test_the_dc_is_a_member(cib):
    prepare(cib, Step(lost=("n1",)))
    assert cib.get("dc-uuid") == "2"
    prepare(cib, Step(lost=("n2",)))
    assert cib.get("dc-uuid") == "1"
    prepare(cib, Step(lost=("n1", "n2", "n3")))
    assert cib.get("dc-uuid") == "1", "where nobody is left there is no other"
