"""What quorate sets in the CIB while it restarts daemons: told apart from what anybody else sets."""

import pytest
from lxml import etree

from build.wishes import wish
from quorate.build import by_hand, foreseeing
from quorate.build.restarts import marks
from quorate.build.restarts.marks import Marks
from quorate.build.restoring import configuration_of
from quorate.render.merge import merged

CIB = """<cib epoch="1"><configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options">
<nvpair id="b-stonith" name="stonith-enabled" value="true"/>{theirs}</cluster_property_set>{ours}</crm_config>
<nodes><node id="1" uname="n1">{standby}</node><node id="2" uname="n2"/></nodes>
<resources/><constraints/></configuration><status/></cib>"""
PAIR = '<nvpair id="q" name="maintenance-mode" value="true"/>'
SET = f'<cluster_property_set id="quorate-restart">{PAIR}</cluster_property_set>'
THEIRS = '<nvpair id="b-m" name="maintenance-mode" value="{}"/>'
ON = '<nvpair id="s" name="standby" value="on"/>'
ASIDE = f'<instance_attributes id="quorate-restart-1" score="INFINITY">{ON}</instance_attributes>'
BY_HAND = '<instance_attributes id="nodes-1"><nvpair id="h" name="standby" value="on"/></instance_attributes>'


def cib(theirs: str = "", ours: str = "", standby: str = "") -> etree._Element:
    return etree.fromstring(CIB.format(theirs=theirs, ours=ours, standby=standby))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, Marks()),
        ({"ours": SET}, Marks(ours=True)),
        ({"ours": SET.replace(PAIR, "")}, Marks(ours=True)),  # somebody deleted the property; the rest is still to go
        ({"theirs": THEIRS.format("true")}, Marks(theirs=True)),
        ({"theirs": THEIRS.format("yes"), "ours": SET}, Marks(ours=True, theirs=True)),
        ({"theirs": THEIRS.format("false"), "ours": SET}, Marks(ours=True, denied=("b-m",))),
        ({"standby": BY_HAND}, Marks()),
        ({"standby": BY_HAND + ASIDE}, Marks(standby=frozenset({"n1"}))),
    ],
)
def test_who_set_it_is_told_by_where_it_stands(given: dict[str, str], found: Marks) -> None:
    assert marks.read(cib(**given)) == found


def test_what_is_taken_back_is_quorate_s_alone() -> None:
    both = cib(theirs=THEIRS.format("true"), ours=SET, standby=BY_HAND + ASIDE)
    left = marks.without(both)
    assert marks.read(left) == Marks(theirs=True)
    assert left.find(".//node/instance_attributes").get("id") == "nodes-1"
    assert marks.read(both).ours, "the live one is not touched"
    assert str(marks.wake()).endswith("""'<cluster_property_set id="quorate-restart"/>'""")
    assert str(marks.back(both, "n1")).endswith("""'<instance_attributes id="quorate-restart-1"/>'""")


def test_a_node_is_put_aside_by_its_id_and_before_what_others_say() -> None:
    (text,) = [word for word in marks.aside(cib(), "n2").argv if word.startswith("<nodes>")]
    node = etree.fromstring(text).find("node")
    assert (node.get("id"), node.get("uname")) == ("2", "n2")
    assert node.find("instance_attributes").get("score") == "INFINITY"
    assert marks.read(marks.emptied(cib(standby=ASIDE), "n2")).standby == {"n2"}, "and no other any more"


def test_a_configuration_is_written_and_kept_with_the_marks_left_out_of_it() -> None:
    live = cib(ours=SET, standby=ASIDE)
    wanted = etree.fromstring(
        '<configuration><crm_config><cluster_property_set id="cib-bootstrap-options">'
        '<nvpair id="b-stonith" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>'
        '<nodes><node id="1" uname="n1"><instance_attributes id="nodes-1"><nvpair id="z" name="zone" value="a"/>'
        "</instance_attributes></node></nodes><resources/><constraints/></configuration>"
    )
    new, leftovers = merged(live, wanted)
    assert leftovers == []
    assert marks.read(new) == marks.read(live), "only who made them takes them away"
    assert new.find(".//nvpair[@name='zone']").getparent().get("id") == "nodes-1", "not in what goes away"
    assert "quorate-restart" not in configuration_of(live), "nobody is to come back to it"


def test_a_node_that_quorate_put_aside_is_nothing_that_somebody_did_by_hand() -> None:
    assert by_hand.traces(cib(standby=ASIDE), [], wish()) == []
    (trace,) = by_hand.traces(cib(standby=BY_HAND + ASIDE), [], wish())
    assert trace.code == "node-in-standby"


def test_what_is_foretold_is_foretold_of_the_cluster_without_the_marks() -> None:
    live = cib(ours=SET, standby=ASIDE)
    course = foreseeing.course_of([], etree.tostring(live, encoding="unicode"), live)
    assert "quorate-restart" not in etree.tostring(course.configuration, encoding="unicode")
