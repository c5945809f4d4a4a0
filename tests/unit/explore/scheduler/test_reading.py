"""The worker's answers are read, and what was said before to the letter is not read again."""

import pytest

from quorate.explore.scheduler import reading
from quorate.explore.scheduler.channel import Died
from quorate.explore.scheduler.reading import Reading

ANSWER = b"""<answer><cluster_status><nodes><node name="n1" online="true"/><node name="n2" unclean="true"/></nodes>\
<resources><resource id="web:1" role="Started" blocked="false"><node name="n1"/></resource></resources>\
</cluster_status><transition_graph><synapse><action_set><rsc_op id="4" operation="start" on_node="n1">\
<primitive id="db"/><attributes CRM_meta_timeout="60000"/></rsc_op></action_set><inputs/></synapse>\
<synapse><action_set><pseudo_event id="5" operation="running" operation_key="g_running_0"/></action_set>\
<inputs><trigger><input id="4"/></trigger></inputs></synapse></transition_graph><done>4 </done>\
<facts>quorum 1\nattribute n1  a   b&lt;c </facts></answer>"""


def test_an_answer_is_read():
    run = Reading().run(ANSWER)
    assert run.placement.nodes == {"n1": "online", "n2": "unclean"}
    assert {(one.resource, one.node) for one in run.placement.instances} == {("web", "n1")}
    start, running = run.transition.actions
    assert (start.task, start.resource, start.node, start.timeout_ms) == ("start", "db", "n1", 60000)
    assert running.after == (4,)
    assert run.transition.done == {4}


def test_equal_parts_give_the_same_values_and_others_do_not():
    known = Reading()
    first, again = known.run(ANSWER), known.run(ANSWER.replace(b"<done>4 <", b"<done><"))
    assert again.placement is first.placement
    assert again.transition.actions is first.transition.actions
    assert (again.transition.done, again.digest) == (frozenset(), first.digest)
    changed = known.run(ANSWER.replace(b"quorum 1", b"quorum 0"))
    assert changed.placement is first.placement
    assert changed.digest != first.digest
    moved = known.run(ANSWER.replace(b"</resources>", b'<resource id="x"><node name="n2"/></resource></resources>'))
    assert moved.placement != first.placement
    assert {id(one) for one in first.placement.instances} <= {id(one) for one in moved.placement.instances}
    assert moved.digest != first.digest


def test_white_space_and_what_is_escaped_make_the_same_digest_as_plain_facts():
    assert Reading().run(ANSWER).digest == Reading().run(ANSWER.replace(b"n1  a   b&lt;c ", b"n1 a b&#60;c")).digest


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(reading, "KEPT_BYTES", 600)
    known = Reading()
    first = known.run(ANSWER)
    for number in range(9):
        known.run(ANSWER.replace(b"n1", b"m%d" % number))
    assert known.run(ANSWER).placement is not first.placement
    assert known.run(ANSWER).placement == first.placement


@pytest.mark.parametrize("answer", [b"<answer/>", b"", ANSWER.partition(b"<transition_graph")[0]])
def test_an_answer_without_its_parts_is_none(answer):
    with pytest.raises(Died):
        Reading().run(answer)
