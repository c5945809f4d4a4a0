import pytest
from lxml import etree

from quorate.explore.scheduler.graph import Graph
from quorate.explore.scheduler.recording import (
    correct_fail_counts,
    digests,
    fail_counts,
    record_deletion,
    record_fencing,
    results,
    with_digests,
)
from quorate.explore.scheduler.state import facts
from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Action


def cib(counts, records=""):
    pairs = "".join(
        f'<nvpair id="i{i}" name="{name}" value="{value}"/>' for i, (name, value) in enumerate(counts.items())
    )
    attributes = f"<transient_attributes><instance_attributes>{pairs}</instance_attributes></transient_attributes>"
    history = f'<lrm><lrm_resources><lrm_resource id="web">{records}</lrm_resource></lrm_resources></lrm>'
    return etree.fromstring(
        f'<cib><status><node_state id="1" uname="n1" in_ccm="true">{attributes}{history}</node_state>'
        '<node_state id="2" uname="n2"><lrm><lrm_resources><lrm_resource id="web:0">'
        '<lrm_rsc_op id="b" operation="start" interval="0" op-digest="zero" op-restart-digest="again"/>'
        '<lrm_rsc_op id="c" operation="monitor" interval="10000" op-digest="ten"/>'
        "</lrm_resource></lrm_resources></lrm></node_state></status></cib>"
    )


START, STOP, MONITOR = "fail-count-web#start_0", "fail-count-web#stop_0", "fail-count-web#monitor_10000"


def counted(graph, before, after):
    root = cib(after)
    changed = correct_fail_counts(root, fail_counts(cib(before)), graph)
    return changed, {pair.get("name"): pair.get("value") for pair in root.iter("nvpair")}


def test_a_start_or_stop_that_failed_counts_as_the_controller_counts_it():
    changed, counts = counted(Graph(), {}, {START: "1", STOP: "1", MONITOR: "1"})
    assert changed
    assert counts == {START: "INFINITY", STOP: "INFINITY", MONITOR: "1"}


def test_it_counts_one_more_where_the_cluster_says_that_it_is_not_fatal():
    _, counts = counted(Graph(start_failure=""), {START: "1"}, {START: "2", STOP: "1"})
    assert counts == {START: "2", STOP: "INFINITY"}


def test_a_count_that_did_not_grow_stays():
    assert counted(Graph(), {START: "2"}, {START: "2"}) == (False, {START: "2"})


@pytest.mark.parametrize(
    ("record", "result", "expected"),
    [
        ('operation="start" interval="0"', Result("web", "start", 0, "n1", 1), ("zero", "again")),
        ('operation="stop" interval="0"', Result("web", "stop", 0, "n1", 1), ("zero", "again")),
        ('operation="monitor" interval="10000"', Result("web", "monitor", 10000, "n1", 7), ("ten", None)),
        ('operation="monitor" interval="20000"', Result("web", "monitor", 20000, "n1", 7), (None, None)),
        ('operation="start" interval="0" op-digest="own"', Result("web", "start", 0, "n1", 1), ("own", None)),
        ('operation="start" interval="0"', Result("web", "stop", 0, "n1", 1), (None, None)),
    ],
)
def test_an_injected_result_gets_the_digest_of_a_real_one(record, result, expected):
    root = cib({}, f'<lrm_rsc_op id="a" {record}/>')
    with_digests(root, [result], digests(root))
    op = root.find("status/node_state[@uname='n1']//lrm_rsc_op")
    assert (op.get("op-digest"), op.get("op-restart-digest")) == expected


ACTIONS = (
    Action(1, "rsc_op", "monitor", "web", "n1"),
    Action(2, "rsc_op", "start", "web", "n1"),
    Action(3, "rsc_op", "delete", "web", "n1"),
    Action(4, "crm_event", "stonith", node="n2"),
    Action(5, "pseudo_event", "running", "group"),
)


def test_results_are_what_was_to_be_expected_or_what_fails():
    graph = Graph(ACTIONS, expected={1: 7})
    failing = [Result("web", "start", 0, "n1", 1)]
    assert list(results(graph, (1, 2, 3, 4, 5), failing)) == [Result("web", "monitor", 0, "n1", 7), *failing]
    assert list(results(graph, (4, 2), [])) == [Result("web", "start", 0, "n1", 0)]


def test_fencing_leaves_nothing():
    root = cib({START: "INFINITY"})
    record_fencing(root, Graph((Action(4, "crm_event", "stonith", node="n1"),)), (4,))
    state = root.find("status/node_state[@uname='n1']")
    assert len(state) == 0
    assert state.get("in_ccm") == "false"
    assert not any(fact.startswith("attribute") for fact in facts(root))


def test_only_what_was_done_is_recorded():
    root = cib({START: "INFINITY"})
    before = etree.tostring(root)
    record_fencing(root, Graph(ACTIONS), (1,))
    assert not record_deletion(root, Graph(ACTIONS), (1,))
    assert etree.tostring(root) == before


def test_a_deleted_history_is_gone():
    root = cib({}, '<lrm_rsc_op id="a" operation="stop" interval="0"/>')
    assert record_deletion(root, Graph(ACTIONS), (3,))
    assert root.find("status/node_state[@uname='n1']//lrm_resource") is None
    assert root.find("status/node_state[@uname='n2']//lrm_resource") is not None
