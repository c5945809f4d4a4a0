"""restoring: the CIB that has an earlier configuration again. Elements in and out, pure.

An earlier configuration comes back whole: resources, constraints, properties, defaults, fencing levels, ACLs, alerts,
tags, and nodes' attributes. What is not configuration stays as it is: Pacemaker's own bookkeeping, which nodes there
are, standby and maintenance of a node, the proof of its fencing, the marks of a restart of daemons (marks.py); and,
unless told otherwise, what operators set for a while: that a resource is stopped, or the whole cluster in maintenance.
"""

import copy
from collections.abc import Collection

from lxml import etree
from lxml.etree import _Element as Element

from quorate.observe.facts.cib import parse_xml
from quorate.render.merge import BOOKKEEPING, canonical, is_restart_mark, without_restart_marks
from quorate.render.run_state import is_run_state

OF_THE_MOMENT = frozenset({"standby", "maintenance", "quorate-fencing-proven"})
"""Permanent attributes of a node that say how it is, not how the cluster is configured."""

HELD = frozenset({"maintenance-mode", "stop-all-resources"})
"""Properties by which operators hold the whole cluster for a while."""

Others = frozenset[tuple[str, str]]
"""Node attributes by node and name, and properties by "" and name, that somebody else keeps in the CIB."""


def configuration_of(cib: Element) -> str:
    """Return the <configuration> of a CIB as text, to be kept; "" where it has none. Marks of a restart are no part."""
    found = cib.find("configuration")
    if found is None:
        return ""
    return etree.tostring(without_restart_marks(found), with_tail=False, encoding="unicode")


def of_others(live: Element, before: str, intended: str) -> Others:
    """Return what is none of a change's own: node attributes that it leaves, properties that it does not know.

    Resource agents keep such (pgsql its pgsql-data-status, mysql its NAME_REPL_INFO), and write them at any time.
    """
    was, will_be = (_values(parse_xml(one)) if one else {} for one in (before, intended))
    now = live.find("configuration")
    found = {} if now is None else _values(now)
    return frozenset(
        (node, name)
        for node, name in was.keys() | will_be.keys() | found.keys()
        if was.get((node, name)) == will_be.get((node, name)) and (node or ("", name) not in was) and name not in HELD
    )


def is_still(live: Element, configuration: str, others: Others) -> bool:
    """Tell whether a configuration is the live one, but for what is of others."""
    return comparable(configuration_of(live), others) == comparable(configuration, others)


def comparable(configuration: str, others: Others = frozenset()) -> str:
    """Return a configuration in one spelling, without what Pacemaker, operators and `others` write of themselves."""
    if not configuration:
        return ""
    root = parse_xml(configuration)
    for pair in _properties(root, BOOKKEEPING | _named(others)):
        _remove(pair)
    for group in root.findall("crm_config/cluster_property_set"):
        if not len(group):
            _remove(group)
    for node in root.iterfind("nodes/node"):
        for pair in _of_the_moment(node, others):
            _remove(pair)
        for group in list(node):
            if not len(group):
                node.remove(group)
    for node in root.findall("nodes/node"):
        if not len(node):  # Pacemaker adds one when a node joins
            _remove(node)
    for section in list(root):
        if not len(section):
            root.remove(section)
    return canonical(root)


def restored(live: Element, configuration: str, *, keep_run_state: bool, others: Others = frozenset()) -> Element:
    """Return the live CIB with an earlier configuration in place of its own.

    keep_run_state: whether what operators set for a while stays, and what they have ended since is not begun again.
    others: what stays besides.
    """
    result = copy.deepcopy(live)
    now = result.find("configuration")
    old = parse_xml(configuration)
    if now is None:
        raise ValueError("a CIB without a configuration")
    _carry_properties(now, old, BOOKKEEPING | _named(others) | (HELD if keep_run_state else frozenset()))
    _carry_nodes(now, old, others)
    if keep_run_state:
        _carry_run_state(now, old)
    old.tail = now.tail
    result.replace(now, old)
    for status in result.findall("status"):
        result.remove(status)
    etree.SubElement(result, "status")
    return result


def held_by_hand(live: Element, configuration: str) -> list[str]:
    """Return what restored() keeps as it is now: "site target-role=Stopped", "maintenance-mode=true"."""
    now, old = live.find("configuration"), parse_xml(configuration)
    if now is None:
        return []
    given = {pair.get("name"): pair.get("value") for pair in _properties(old, HELD)}
    held = [pair for pair in _properties(now, HELD) if given.get(pair.get("name")) != pair.get("value")]
    return [
        *(f"{pair.get('name')}={pair.get('value')}" for pair in held),
        *(f"{item} {pair.get('name')}={pair.get('value')}" for item, pair in _by_hand(now, old)),
    ]


def primitives(configuration: str) -> set[str]:
    """Return the ids of all primitives of a configuration but fencing devices, which serve nobody."""
    found = parse_xml(configuration).iterfind("resources//primitive") if configuration else ()
    return {item.get("id", "") for item in found if item.get("class") != "stonith"}


def _properties(root: Element, names: Collection[str]) -> list[Element]:
    groups = [group for group in root.iterfind("crm_config/cluster_property_set") if not is_restart_mark(group)]
    return [pair for group in groups for pair in group.iterfind("nvpair") if pair.get("name") in names]


def _named(others: Others) -> frozenset[str]:
    """Return the properties among them."""
    return frozenset(name for node, name in others if not node)


def _values(root: Element) -> dict[tuple[str, str], str | None]:
    """Return node attributes by node and name, properties by "" and name; not those of marks."""
    places = [("", root.findall("crm_config/cluster_property_set"))]
    places += [(node.get("uname", ""), node.findall("instance_attributes")) for node in root.iterfind("nodes/node")]
    return {
        (place, pair.get("name", "")): pair.get("value")
        for place, groups in places
        for group in groups
        if not is_restart_mark(group)
        for pair in group.iterfind("nvpair")
    }


def _of_the_moment(node: Element, others: Others) -> list[Element]:
    groups = [group for group in node.iterfind("instance_attributes") if not is_restart_mark(group)]
    name = node.get("uname", "")
    return [
        pair
        for group in groups
        for pair in group.iterfind("nvpair")
        if pair.get("name") in OF_THE_MOMENT or (name, pair.get("name")) in others
    ]


def _remove(pair: Element) -> None:
    parent = pair.getparent()
    assert parent is not None
    parent.remove(pair)


def _carry_properties(now: Element, old: Element, names: Collection[str]) -> None:
    """Give `old` those properties of `now`, where its own stand, which are of another day; and a restart's marks."""
    values = {pair.get("name"): pair for pair in _properties(now, names)}
    for pair in _properties(old, names):
        newer = values.pop(pair.get("name"), None)
        if newer is None:
            _remove(pair)
        else:
            pair.set("value", newer.get("value", ""))
    marks = [copy.deepcopy(group) for group in now.iterfind("crm_config/*") if is_restart_mark(group)]
    section = old.find("crm_config")
    if section is None:
        if not values and not marks:
            return
        section = etree.SubElement(old, "crm_config")
    for pair in values.values():
        _home(section, pair).append(copy.deepcopy(pair))
    section.extend(marks)


def _home(parent: Element, pair: Element) -> Element:
    """Return the set in which a pair stood, in another place; the tool that wrote it looks for it in that one."""
    group = pair.getparent()
    assert group is not None
    home = next((one for one in parent.iterfind(group.tag) if one.get("id") == group.get("id")), None)
    if home is None:
        home = etree.SubElement(parent, group.tag)
        for name, value in group.items():
            home.set(name, value)
    return home


def _carry_nodes(now: Element, old: Element, others: Others) -> None:
    """Give `old` the nodes of `now`, each with its attributes of then and its state of now."""
    before = {node.get("uname"): node for node in old.iterfind("nodes/node")}
    section = old.find("nodes")
    if section is None:
        return
    for node in list(section):
        section.remove(node)
    for node in now.iterfind("nodes/node"):
        then = before.get(node.get("uname"))
        section.append(copy.deepcopy(node) if then is None else _as_then(node, copy.deepcopy(then), others))


def _as_then(node: Element, then: Element, others: Others) -> Element:
    then.set("id", node.get("id", ""))
    for pair in _of_the_moment(then, others):
        _remove(pair)
    for pair in _of_the_moment(node, others):
        _home(then, pair).append(copy.deepcopy(pair))
    for group in list(then):
        if not len(group):
            then.remove(group)
    then.extend(copy.deepcopy(group) for group in node.iterfind("instance_attributes") if is_restart_mark(group))
    return then


def _by_hand(now: Element, old: Element) -> list[tuple[str, Element]]:
    """Return the run state that resources have now and had not then, by resource."""
    given = {
        (item.get("id"), pair.get("name")): pair.get("value")
        for item in old.iterfind("resources//*")
        for pair in item.iterfind("meta_attributes/nvpair")
    }
    return [
        (item.get("id", ""), pair)
        for item in now.iterfind("resources//*")
        for pair in item.iterfind("meta_attributes/nvpair")
        if is_run_state(pair) and given.get((item.get("id"), pair.get("name"))) != pair.get("value")
    ]


def _carry_run_state(now: Element, old: Element) -> None:
    """Give `old` the run state of what there is now."""
    standing = {
        (item.get("id"), pair.get("name"))
        for item in now.iterfind("resources//*")
        for pair in item.iterfind("meta_attributes/nvpair")
    }
    there = {item.get("id") for item in now.iterfind("resources//*")}
    for item in old.findall("resources//*"):
        for pair in item.findall("meta_attributes/nvpair"):
            ended = item.get("id") in there and (item.get("id"), pair.get("name")) not in standing
            if ended and is_run_state(pair):
                _remove(pair)
        for group in item.findall("meta_attributes"):
            if not len(group):
                item.remove(group)
    for id_, pair in _by_hand(now, old):
        for resource in old.iterfind("resources//*"):
            if resource.get("id") == id_ and resource.tag in {"primitive", "group", "clone", "bundle"}:
                _set_meta(resource, pair)


def _set_meta(resource: Element, pair: Element) -> None:
    """Set one meta attribute of a resource, in the set that it has or in one of the id that it had."""
    for standing in resource.iterfind("meta_attributes/nvpair"):
        if standing.get("name") == pair.get("name"):
            standing.set("value", pair.get("value", ""))
            return
    home = resource.find("meta_attributes")
    if home is None:
        group = pair.getparent()
        assert group is not None
        home = etree.Element("meta_attributes", id=group.get("id", ""))
        place = resource.find("instance_attributes")
        resource.insert(0 if place is None else resource.index(place) + 1, home)
    home.append(copy.deepcopy(pair))
