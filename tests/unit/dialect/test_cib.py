"""The configuration in XML and in the crm shell's words is one: from either to the other and back nothing is lost."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from lxml import etree
from tests.unit.dialect.cases import CASES
from tests.unit.dialect.generated import configurations

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.dialect.cib.read import parse
from quorate.dialect.cib.read import read as read_cib
from quorate.dialect.cib.write import write as write_cib
from quorate.dialect.crm.read import read
from quorate.dialect.crm.write import write
from quorate.dialect.model import (
    AclRole,
    Agent,
    Configuration,
    FencingLevel,
    FencingTopology,
    NvSet,
    Pair,
    Primitive,
    Properties,
    Raw,
)
from quorate.errors import UsageError
from quorate.render.cib import configuration as rendered

DATA = Path(__file__).parents[2] / "data"
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
CLUSTERS = sorted((DATA / "render").glob("*/cluster.yaml"))


def bare(element):
    """The XML without ids that nothing refers to, comments, and in one order of attributes."""
    copy = etree.fromstring(etree.tostring(element))
    etree.strip_tags(copy, etree.Comment)
    referred = {item.get("id-ref") for item in copy.iterfind(".//*[@id-ref]")}
    for item in copy.iter("instance_attributes", "meta_attributes", "utilization", "nvpair", "rule", "expression",
                          "date_expression", "duration", "date_spec", "op", "resource_set", "fencing-level",
                          "acl_permission", "recipient", "attribute"):  # fmt: skip
        if item.get("id") not in referred:
            item.attrib.pop("id", None)
    for item in copy.iterfind(".//meta_attributes"):
        if item.getparent().tag in {"rsc_defaults", "op_defaults"}:
            item.attrib.pop("id", None)
    return etree.tostring(copy, method="c14n").decode()


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def configuration(request):
    return read((request.param / "text.crm").read_text(), "text.crm").configuration


def test_a_cib_is_read_as_what_it_was_written_from(configuration):
    first = write_cib(configuration).configuration
    again = write_cib(read_cib(first)).configuration
    assert bare(again) == bare(first)


def test_a_cib_goes_through_text_unharmed(configuration):
    first = write_cib(configuration).configuration
    told = read(write(read_cib(first)), "x.crm")
    assert bare(write_cib(told.configuration).configuration) == bare(first)


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.parent.name)
def test_what_quorate_renders_is_said_in_words_of_the_crm_shell(path):
    cluster = load(path.read_bytes(), "cluster.yaml", kinds()).cluster
    live = rendered(cluster, AgentLibrary.shipped(), PLATFORM)
    told = read_cib(live)
    assert not [statement for statement in told.statements if isinstance(statement, Raw)]
    reading = read(write(told), "x.crm")
    assert reading.whole, reading.findings
    assert reading.configuration == told
    for section in ("resources", "constraints", "crm_config", "nodes"):
        assert bare(write_cib(told).configuration.find(section)) == bare(live.find(section))


@quick
@given(configurations)
@example(Configuration((Properties(kind="property", pairs=(Pair("Stonith-enabled", "no"),)),)))
def test_any_configuration_goes_through_a_cib_without_a_loss(configuration):
    first = write_cib(configuration).configuration
    called = [one.get("id") for one in first.iter("primitive", "group", "clone", "master", "bundle", "template")]
    assume(len(called) == len(set(called)))  # no CIB has an id twice: who is meant by it cannot be told
    again = write_cib(read_cib(first)).configuration
    assert bare(again) == bare(first)


@pytest.mark.parametrize(
    "statement",
    [
        Primitive(id="b", agent=Agent("ocf", "heartbeat", "Dummy"),
                  body=(NvSet("params", (Pair("x", "two\nlines  of\ttext"),)),)),
        Primitive(id="b", agent=Agent("ocf", "heartbeat", "Dummy"), body=(NvSet("meta", (Pair("Target-role", "x"),)),)),
        Properties(kind="property", id="p", pairs=(Pair("Stonith-enabled", "x"),)),
        FencingTopology(levels=(FencingLevel(3, "b", target="n"),)),
        AclRole(id="r"),
    ],
    ids=["line breaks", "a name's case", "a property's case", "a gap in the levels", "an empty role"],
)  # fmt: skip
def test_what_words_cannot_say_is_written_as_xml(statement):
    text = write(Configuration((statement,)))
    assert text.startswith("xml <")
    assert read(text, "x.crm", defined=["b"]).configuration.statements == (statement,)


def test_what_the_model_cannot_say_is_kept_as_it_is():
    inner = '<primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>'
    text = f"""<cib><configuration><resources>
      <clone id="c"><meta_attributes id="m"><rule id="r"><expression id="e" attribute="x" operation="defined"/></rule>
      </meta_attributes>{inner}</clone></resources></configuration></cib>"""
    found = parse(text.encode(), "cib.xml")
    (kept,) = read_cib(found).statements
    assert isinstance(kept, Raw)
    assert kept.id == "c"
    assert "<primitive" in kept.xml
    again = write_cib(read(write(read_cib(found)), "x.crm").configuration).configuration
    assert bare(again.find("resources")) == bare(found.find("resources"))


def test_ids_are_given_and_none_twice():
    text = "primitive a Dummy params x=1 params x=2 op monitor interval=10\nlocation l a rule a eq 1 and b eq 2"
    root = write_cib(read(text, "x.crm").configuration).configuration
    given_ids = [item.get("id") for item in root.iter() if item.get("id")]
    assert len(given_ids) == len(set(given_ids))
    assert {"a-instance_attributes", "a-instance_attributes-0", "a-monitor-10", "l-rule-expression-0"} <= set(given_ids)


def test_a_reference_to_an_object_is_one_to_its_set():
    text = "primitive a Dummy params x=1\nprimitive b Dummy params $id-ref=a"
    root = write_cib(read(text, "x.crm").configuration).configuration
    assert root.find(".//primitive[@id='b']/instance_attributes").get("id-ref") == "a-instance_attributes"


def test_properties_said_twice_are_one_set_and_the_last_value_counts():
    text = "property a=1 b=1\nproperty a=2"
    (found,) = write_cib(read(text, "x.crm").configuration).configuration.find("crm_config")
    assert {pair.get("name"): pair.get("value") for pair in found} == {"a": "2", "b": "1"}


def test_levels_for_every_node_are_levels_for_each():
    text = "node n1\nnode n2\nprimitive s stonith:null\nfencing_topology s"
    root = write_cib(read(text, "x.crm").configuration).configuration
    assert [level.get("target") for level in root.iter("fencing-level")] == ["n1", "n2"]


def test_a_member_that_is_defined_nowhere_is_told():
    written = write_cib(read("group g a", "x.crm").configuration)
    assert [finding.code for finding in written.findings] == ["undefined-name"]


@pytest.mark.parametrize("text", [b"", b"<cib/>", b"<cib", b"no"])
def test_what_is_no_cib_is_refused(text):
    with pytest.raises(UsageError, match=r"x\.xml"):
        parse(text, "x.xml")
