import pytest
from lxml import etree

from quorate.explore.scheduler.graph import Graph
from quorate.explore.scheduler.recording import (
    correct_fail_counts,
    digests,
    excuse,
    fail_counts,
    pin,
    record_deletion,
    record_fencing,
    results,
    times,
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


def test_what_follows_a_deletion_stays_and_is_the_new_agents():
    root = cib(
        {},
        '<lrm_rsc_op id="a" operation="start" call-id="3"/><lrm_rsc_op id="b" operation="start" call-id="2"/>'
        '<lrm_rsc_op id="c" operation="stop" call-id="1"/>',
    )
    history = root.find("status/node_state[@uname='n1']//lrm_resource")
    history.set("provider", "heartbeat")
    start = Action(90, "rsc_op", "start", "web", "n1")
    agent = {3: {"class": "systemd", "provider": "", "type": "nginx"}}
    assert record_deletion(root, Graph((*ACTIONS, start), agent=agent), (2, 3, 90))
    assert dict(history.attrib) == {"id": "web", "class": "systemd", "type": "nginx"}
    assert [record.get("id") for record in history] == ["a"]


def test_another_instance_keeps_its_history():
    root = cib({}, '<lrm_rsc_op id="a" operation="stop"/>')
    [history] = root.findall("status/node_state[@uname='n1']//lrm_resource")
    history.set("id", "web:1")
    delete = Graph(ACTIONS, instance={3: "web:0"})
    assert record_deletion(root, delete, (3,))
    assert history.getparent() is not None
    assert record_deletion(root, Graph(ACTIONS), (3,))  # of old, histories have the instance's name
    assert history.getparent() is None


PROBE = Result("web", "monitor", 0, "n1", 7)
FAILED = '<lrm_rsc_op id="web_last_failure_0" operation="{}" rc-code="{}"/>'


@pytest.mark.parametrize("before", ["", FAILED.format("start", 1)])
def test_a_result_that_was_expected_is_no_failure(before):
    old, new = cib({MONITOR: "1"}, before), cib({MONITOR: "2"}, FAILED.format("monitor", 7))
    promoted = Result("web", "monitor", 10000, "n1", 8)
    excuse(new, old, [PROBE, promoted], [])
    assert etree.tostring(new) == etree.tostring(old)


def test_a_failure_is_not_excused():
    root = cib({MONITOR: "2"}, FAILED.format("monitor", 7))
    before = etree.tostring(root)
    excuse(root, cib({MONITOR: "1"}), [PROBE, Result("web", "monitor", 10000, "n1", 0)], [PROBE])
    assert etree.tostring(root) == before


def test_what_is_recorded_has_the_time_of_the_cib():
    old = cib({"last-failure-web#start_0": "5"}, '<lrm_rsc_op id="a" last-rc-change="6"/>')
    new = cib(
        {"last-failure-web#start_0": "5", "last-failure-web#stop_0": "99"},
        '<lrm_rsc_op id="a" last-rc-change="6"/><lrm_rsc_op id="d" last-rc-change="98" last-run="99"/>',
    )
    pin(new, times(old))
    assert times(new) == {"5", "6", "98", "99"}, "without a time of its own it has the clock's"
    new.set("execution-date", "7")
    pin(new, times(old))
    assert times(new) == {"5", "6", "7"}
