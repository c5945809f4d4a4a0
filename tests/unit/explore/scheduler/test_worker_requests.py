import pytest
from lxml import etree

from quorate.explore.scheduler.channel import Died
from quorate.explore.scheduler.step import Result, Step
from quorate.explore.scheduler.worker import _run, _step

HOSTILE = "n'1\"<&>\n] /*[@id=\t"


def test_a_step_is_told_whole_whatever_the_names_are():
    step = Step(
        lost=(HOSTILE,),
        left=("n2",),
        returned=("n3",),
        quorum=False,
        standby=((HOSTILE, True),),
        results=(Result(HOSTILE, "monitor", 10000, "n2", 7),),
        failing=(Result("web", "start", 0, "n3", 1),),
        unfenceable=(HOSTILE,),
        scores=(("n1", HOSTILE, "10000"), ("n2", "master-db", "")),
        granted=("a",),
        revoked=(HOSTILE,),
    )
    told = etree.fromstring(etree.tostring(_step(step, 3, 4)))
    assert dict(told.attrib) == {"from": "3", "to": "4", "quorum": "0"}
    assert [(one.tag, *one.attrib.values()) for one in told] == [
        ("lost", HOSTILE),
        ("left", "n2"),
        ("returned", "n3"),
        ("standby", HOSTILE, "true"),
        ("score", "n1", HOSTILE, "10000"),
        ("score", "n2", "master-db", ""),
        ("ticket", "a", "true"),
        ("ticket", HOSTILE, "false"),
        ("result", HOSTILE, "monitor", "10000", "n2", "7"),
        ("failing", "web", "start", "0", "n3", "1"),
        ("unfenceable", HOSTILE),
    ]


def test_quorum_that_stays_is_not_told():
    assert "quorum" not in _step(Step(), 0, 1).attrib


def test_an_answer_is_read():
    answer = etree.fromstring(
        "<answer><cluster_status><nodes><node name='n1' online='true'/><node name='n2' unclean='true'/></nodes>"
        "<resources><resource id='web:1' role='Started' blocked='false'><node name='n1'/></resource></resources>"
        "</cluster_status><transition_graph><synapse><action_set><rsc_op id='4' operation='start' on_node='n1'>"
        "<primitive id='db'/><attributes CRM_meta_timeout='60000'/></rsc_op></action_set><inputs/></synapse>"
        "<synapse><action_set><pseudo_event id='5' operation='running' operation_key='g_running_0'/></action_set>"
        "<inputs><trigger><input id='4'/></trigger></inputs></synapse></transition_graph><done>4 </done>"
        "<facts>quorum 1\nattribute n1  a   b </facts></answer>"
    )
    run = _run(answer)
    assert run.placement.nodes == {"n1": "online", "n2": "unclean"}
    assert {(one.resource, one.node) for one in run.placement.instances} == {("web", "n1")}
    start, running = run.transition.actions
    assert (start.task, start.resource, start.node, start.timeout_ms) == ("start", "db", "n1", 60000)
    assert running.after == (4,)
    assert run.transition.done == {4}


def test_an_answer_without_its_parts_is_none():
    with pytest.raises(Died):
        _run(etree.fromstring("<answer/>"))
