import pytest
from lxml import etree

from quorate.explore.scheduler.instances import ended, failing, unique
from quorate.explore.scheduler.step import Result


def op(operation, rc, call):
    return f'<lrm_rsc_op id="{operation}{call}" operation="{operation}" rc-code="{rc}" call-id="{call}" interval="0"/>'


@pytest.fixture
def cib():
    meta = '<meta_attributes id="m{0}"><nvpair id="u{0}" name="globally-unique" value="true"/>{1}</meta_attributes>'
    two = '<nvpair id="x" name="clone-max" value="2"/>'
    clones = (
        f'<clone id="c">{meta.format("c", two)}<primitive id="ip"/></clone>'
        f'<clone id="d">{meta.format("d", "")}<group id="g"><primitive id="any"/></group></clone>'
        '<clone id="e"><primitive id="ping"/></clone><primitive id="web"/>'
    )
    histories = (
        f'<lrm_resource id="ip:0">{op("monitor", 7, 1)}</lrm_resource>'
        f'<lrm_resource id="ip:1">{op("start", 0, 2)}{op("monitor", 7, 1)}</lrm_resource>'
        f'<lrm_resource id="ip:2">{op("start", 0, 2)}{op("stop", 0, 3)}</lrm_resource>'
    )
    return etree.fromstring(
        f'<cib><configuration><nodes><node id="1" uname="n1"/></nodes><resources>{clones}</resources></configuration>'
        f'<status><node_state id="1" uname="n1"><lrm id="1"><lrm_resources>{histories}</lrm_resources>'
        "</lrm></node_state></status></cib>"
    )


def names(results):
    return [result.resource for result in results]


def test_only_instances_of_globally_unique_clones_have_numbers(cib):
    assert unique(cib) == {"ip": 2, "any": 2}, "as many as there may be, or as there are nodes at most"


@pytest.mark.parametrize(
    ("resource", "node", "instances"),
    [
        ("web", "n1", ["web"]),
        ("ping", "n1", ["ping"]),
        ("ip", "n1", ["ip:1"]),
        ("ip", "n2", ["ip:0"]),
        ("any", "n1", ["any:0"]),
        ("ip:2", "n1", ["ip:2"]),
    ],
)
def test_what_ended_was_an_instance_that_is_active_there(cib, resource, node, instances):
    assert names(ended([Result(resource, "monitor", 10000, node, 7)], cib)) == instances


def test_where_none_is_active_it_was_one_that_is_known_there(cib):
    [running] = [one for one in cib.iter("lrm_resource") if one.get("id") == "ip:1"]
    running.getparent().remove(running)
    assert names(ended([Result("ip", "start", 0, "n1", 1)], cib)) == ["ip:0"]


def test_what_fails_whenever_it_is_tried_may_be_any(cib):
    results = [Result("ip", "start", 0, "n1", 1), Result("web", "stop", 0, "n1", 1)]
    assert names(failing(results, cib)) == ["ip:0", "ip:1", "web"]
