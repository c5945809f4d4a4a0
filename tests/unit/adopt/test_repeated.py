"""Several inputs that speak of the same: once in the file, and an error where they differ."""

from tests.unit.adopt.adopting import adopted, cluster

CONF = """totem {
    version: 2
    cluster_name: c
    transport: knet
    token: 4000
}
nodelist {
    node {
        name: n1
        nodeid: 1
        ring0_addr: 10.0.0.1
    }
}
quorum {
    provider: corosync_votequorum
}
"""
TEXT = (
    "primitive a ocf:heartbeat:Dummy op monitor interval=10s\nproperty maintenance-mode=true\nfencing_topology n1: a\n"
)
CIB = """<cib><configuration><crm_config><cluster_property_set id="cib-bootstrap-options">
<nvpair id="m" name="maintenance-mode" value="{mode}"/></cluster_property_set></crm_config><nodes/><resources>
<primitive id="a" class="ocf" provider="heartbeat" type="{agent}"><operations>
<op id="o" name="monitor" interval="10s"/></operations></primitive></resources><constraints/>
<fencing-topology><fencing-level id="f" index="1" target="n1" devices="a"/></fencing-topology></configuration></cib>"""


def codes(result):
    return [finding.code for finding in result.findings]


def test_the_same_from_two_nodes_is_one():
    result = adopted(("n1.conf", CONF), ("n2.conf", CONF))
    assert "said-otherwise" not in codes(result)
    assert [str(link.ip) for link in cluster(result.text).nodes[0].links] == ["10.0.0.1"]


def test_nodes_that_have_other_files_are_an_error():
    result = adopted(("n1.conf", CONF), ("n2.conf", CONF.replace("4000", "5000")))
    assert codes(result).count("said-otherwise") == 1
    assert cluster(result.text).corosync.token_ms == 4000, "the first counts"


def test_a_cib_and_the_text_made_of_it_are_one():
    result = adopted(("a.crm", TEXT), ("cib.xml", CIB.format(mode="true", agent="Dummy")))
    assert "said-otherwise" not in codes(result)
    assert result.text.count("primitive a") == 1
    assert result.text.count("fencing_topology") == 1


def test_a_cib_of_another_moment_is_an_error():
    result = adopted(("cib.xml", CIB.format(mode="false", agent="Stateful")), ("a.crm", TEXT))
    assert codes(result).count("said-otherwise") == 2
    assert cluster(result.text).pacemaker.properties["maintenance-mode"] == "false"
