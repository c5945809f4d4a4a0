"""Which resources constraints tie together, and which stand for themselves."""

import pytest
from lxml import etree

from quorate.explore.components import components

RESOURCES = """
<primitive id="a"/><primitive id="b"/><primitive id="c"/>
<group id="g"><primitive id="g1"/><primitive id="g2"/></group>
<clone id="k"><group id="h"><primitive id="h1"/></group></clone>
"""


def tied(constraints, tags=""):
    """The sets of primitives that are tied, those of one alone left out."""
    cib = (
        f"<cib><configuration><resources>{RESOURCES}</resources><tags>{tags}</tags>"
        f"<constraints>{constraints}</constraints></configuration></cib>"
    )
    found = components(etree.fromstring(cib))
    assert set(found) == {"a", "b", "c", "g1", "g2", "h1"}
    sets = ({name for name in found if found[name] == root} for root in dict.fromkeys(found.values()))
    return [one for one in sets if len(one) > 1]


@pytest.mark.parametrize(
    ("constraint", "others"),
    [
        ("", []),
        ("<rsc_colocation rsc='a' with-rsc='b'/>", [{"a", "b"}]),
        ("<rsc_order first='c' then='a'/>", [{"a", "c"}]),
        ("<rsc_colocation rsc='a' with-rsc='b'/><rsc_order first='b' then='c'/>", [{"a", "b", "c"}]),
        ("<rsc_location rsc='a' node='n1'/>", []),
        (
            "<rsc_order><resource_set><resource_ref id='a'/></resource_set>"
            "<resource_set><resource_ref id='c'/></resource_set></rsc_order>",
            [{"a", "c"}],
        ),
        ("<rsc_ticket rsc='a' ticket='t'/><rsc_ticket rsc='b' ticket='t'/>", [{"a", "b"}]),
        ("<rsc_ticket rsc='a' ticket='t'/><rsc_ticket rsc='b' ticket='u'/>", []),
    ],
)
def test_constraints_tie(constraint, others):
    assert tied(constraint) == [*others, {"g1", "g2"}]


def test_a_template_stands_for_what_is_made_from_it():
    cib = (
        "<cib><configuration><resources><template id='t'/><primitive id='a' template='t'/>"
        "<primitive id='b' template='t'/><primitive id='c'/></resources>"
        "<constraints><rsc_order first='t' then='c'/></constraints></configuration></cib>"
    )
    assert len(set(components(etree.fromstring(cib)).values())) == 1


def test_what_is_in_a_container_is_one_with_it():
    cib = (
        "<cib><configuration><resources><primitive id='vm'/><primitive id='free'/><primitive id='in'><meta_attributes>"
        "<nvpair name='container' value='vm'/></meta_attributes></primitive></resources></configuration></cib>"
    )
    found = components(etree.fromstring(cib))
    assert found["in"] == found["vm"] != found["free"]


def test_what_holds_a_resource_stands_for_it():
    assert tied("<rsc_colocation rsc='g' with-rsc='k'/>") == [{"g1", "g2", "h1"}]


def test_a_tag_stands_for_what_it_names():
    tags = "<tag id='both'><obj_ref id='a'/><obj_ref id='b'/></tag>"
    assert tied("<rsc_colocation rsc='both' with-rsc='c'/>", tags) == [{"a", "b", "c"}, {"g1", "g2"}]
