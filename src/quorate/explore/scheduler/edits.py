"""What a Step changes in a CIB before Pacemaker is asked. Pure; changes its elements.

crm_simulate has no injection for these, or a wrong one: quorum (ignored when it comes alone), standby, transient
attributes, the DC. Ids made here follow Pacemaker's own. What is corrected after a run is in recording.py.
"""

from collections.abc import Iterable

from lxml import etree
from lxml.etree import _Element as Element

from quorate.explore.scheduler.step import Step


def prepare(cib: Element, step: Step) -> None:
    """Write into a CIB what of a step is not injected: all but who is lost, left or back, results and tickets.

    A node that returned runs nothing and has no transient attributes: its history goes. The DC is the one that is,
    while it stays a member; then the remaining member that stands first.
    """
    if step.quorum is not None:
        cib.set("have-quorum", "1" if step.quorum else "0")
    for name, on in step.standby:
        _standby(cib, name, on=on)
    for name in step.returned:
        forget(cib, name)
    for name, attribute, value in step.scores:
        score(cib, name, attribute, value)
    elect(cib, gone={*step.lost, *step.left}, back=set(step.returned))


def elect(cib: Element, gone: Iterable[str] = (), back: Iterable[str] = ()) -> bool:
    """Set dc-uuid to a member, if there is any; tell whether it was another."""
    gone, back = set(gone), set(back)
    members = [
        str(state.get("id"))
        for state in cib.iterfind("status/node_state")
        if state.get("remote_node") != "true"
        and state.get("uname") not in gone
        and (state.get("uname") in back or _is_member(state))
    ]
    if not members or cib.get("dc-uuid") in members:
        return False
    cib.set("dc-uuid", members[0])
    return True


def _is_member(state: Element) -> bool:
    return state.get("in_ccm") in {"true", "1"} and state.get("crmd") == "online" and state.get("join") == "member"


def _standby(cib: Element, name: str, *, on: bool) -> None:
    node = named(cib.find("configuration/nodes"), "node", name)
    if node is None:
        node = etree.SubElement(
            _child(_child(cib, "configuration"), "nodes"), "node", id=name, uname=name, type="remote"
        )
    pairs = node.findall("instance_attributes/nvpair[@name='standby']")
    if not pairs:
        group = node.find("instance_attributes")
        if group is None:
            group = etree.SubElement(node, "instance_attributes", id=f"nodes-{node.get('id')}")
        pairs = [etree.SubElement(group, "nvpair", id=f"{group.get('id')}-standby", name="standby")]
    for pair in pairs:
        pair.set("value", "on" if on else "off")


def forget(cib: Element, name: str) -> None:
    """Remove what is recorded about a node: its history and its transient attributes."""
    state = named(cib.find("status"), "node_state", name)
    if state is not None:
        for child in [*state.iterchildren("lrm"), *state.iterchildren("transient_attributes")]:
            state.remove(child)


def score(cib: Element, name: str, attribute: str, value: str) -> None:
    """Set a transient attribute of a node; "" removes it. A node without a state gets one, as a guest node has none."""
    state = named(_child(cib, "status"), "node_state", name)
    if state is None:
        state = etree.SubElement(_child(cib, "status"), "node_state", id=name, uname=name, remote_node="true")
    id_ = str(state.get("id"))
    there = [
        pair
        for pair in state.iterfind("transient_attributes/instance_attributes/nvpair")
        if pair.get("name") == attribute
    ]
    for pair in there:
        if value:
            pair.set("value", value)
        else:
            _parent(pair).remove(pair)
    if value and not there:
        group = _child(_child(state, "transient_attributes", id=id_), "instance_attributes", id=f"status-{id_}")
        etree.SubElement(group, "nvpair", id=f"status-{id_}-{attribute.replace('#', '.')}", name=attribute, value=value)


def named(parent: Element | None, tag: str, name: str) -> Element | None:
    """Return the child of that tag with that uname."""
    children = parent.iterchildren(tag) if parent is not None else ()
    return next((child for child in children if child.get("uname") == name), None)


def _child(parent: Element, tag: str, **attributes: str) -> Element:
    found = parent.find(tag)
    return etree.SubElement(parent, tag, attributes) if found is None else found


def _parent(element: Element) -> Element:
    parent = element.getparent()
    assert parent is not None
    return parent
