import pytest
from lxml import etree

from quorate.errors import UsageError
from quorate.explore.scheduler.names import names, refuse_unknown
from quorate.explore.scheduler.step import Result, Step

CIB = etree.fromstring("""<cib><configuration>
  <nodes><node id="1" uname="n1"/><node id="2" uname="n2" type="member"/>
    <node id="r" uname="far" type="remote"/></nodes>
  <resources>
    <primitive id="far" class="ocf" provider="pacemaker" type="remote"/>
    <primitive id="vm" class="ocf" provider="heartbeat" type="VirtualDomain">
      <meta_attributes id="m"><nvpair id="mr" name="remote-node" value="guest"/></meta_attributes></primitive>
    <bundle id="b"><podman image="i" replicas="2"/><primitive id="app" class="ocf" provider="p" type="t"/></bundle>
    <bundle id="bare"><podman image="i" replicas="2"/></bundle>
  </resources>
  <constraints><rsc_ticket id="t" rsc="vm" ticket="site"/></constraints></configuration>
  <status><node_state id="3" uname="n3"/><tickets><ticket_state id="old"/></tickets></status></cib>""")
KNOWN = names(CIB)


def test_a_cib_names_members_others_primitives_and_tickets():
    assert KNOWN.members == {"n1", "n2", "n3"}
    assert KNOWN.places == {"n1", "n2", "n3", "far", "guest", "b-0", "b-1"}
    assert KNOWN.resources == {"far", "vm", "app", "guest", "b-0", "b-1"}
    assert KNOWN.tickets == {"site", "old"}


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (Step(lost=("n9",)), "cluster node 'n9'"),
        (Step(lost=("n1", "far")), "cluster node 'far'"),
        (Step(left=("N1",)), "cluster node 'N1'"),
        (Step(returned=("n9",)), "cluster node 'n9'"),
        (Step(lost=("n1",), unfenceable=("n9",)), "cluster node 'n9'"),
        (Step(standby=(("n9", True),)), "node 'n9'"),
        (Step(scores=(("n9", "master-app", "1"),)), "node 'n9'"),
        (Step(results=(Result("web", "start", 0, "n1", 1),)), "resource 'web'"),
        (Step(failing=(Result("app:0", "start", 0, "n1", 1),)), "resource 'app:0'"),
        (Step(failing=(Result("vm", "start", 0, "n9", 1),)), "node 'n9'"),
        (Step(granted=("sight",)), "ticket 'sight'"),
        (Step(revoked=("sight",)), "ticket 'sight'"),
    ],
)
def test_a_name_that_is_not_there_is_refused(step, what):
    with pytest.raises(UsageError, match=f"there is no {what}") as raised:
        refuse_unknown(step, KNOWN)
    assert raised.value.hint.startswith("choose from: ")


def test_what_is_there_passes():
    refuse_unknown(
        Step(
            lost=("n1",),
            standby=(("far", True),),
            failing=(Result("app", "start", 0, "b-0", 1), Result("guest", "monitor", 60000, "n2", 1)),
            scores=(("b-1", "master-app", "1"),),
            granted=("site",),
        ),
        KNOWN,
    )
