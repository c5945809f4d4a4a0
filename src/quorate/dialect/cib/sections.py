"""Properties, fencing levels, tags, alerts, access control: elements of the CIB and statements, both ways. Pure."""

from collections.abc import Collection

from lxml.etree import _Element as Element

from quorate.dialect.cib import sets
from quorate.dialect.cib.parts import Unsayable, children, comments, new, only
from quorate.dialect.model import (
    AclRole,
    AclTarget,
    AclUser,
    Alert,
    FencingLevel,
    FencingTopology,
    Permission,
    Properties,
    Recipient,
    Select,
    Tag,
)

_RIGHTS = ("read", "write", "deny")
_EVENTS = ("nodes", "fencing", "resources", "attributes")


def properties_element(properties: Properties) -> Element:
    """Return a <cluster_property_set>, or the <meta_attributes> of defaults."""
    tag = "cluster_property_set" if properties.kind == "property" else "meta_attributes"
    element = new(tag, {"id": properties.id, "id-ref": properties.ref})
    element.extend([*map(sets.rule_element, properties.rules), *map(sets.pair_element, properties.pairs)])
    return element


def properties(element: Element, referenced: Collection[str]) -> Properties:
    """Read a <cluster_property_set>, or a set of defaults."""
    only(element, ("id", "id-ref"), ("rule", "nvpair"))
    parent = element.getparent()
    section = "" if parent is None else str(parent.tag)
    ref = element.get("id-ref")
    return Properties(
        kind="rsc_defaults" if section == "rsc_defaults" else "op_defaults" if section == "op_defaults" else "property",
        pairs=tuple(sets.pair(child, referenced) for child in children(element, "nvpair")),
        rules=tuple(sets.rule(child, referenced) for child in children(element, "rule")),
        id=element.get("id") if ref is None else None,
        ref=ref,
        comments=comments(element),
    )


def topology_element(topology: FencingTopology, nodes: Collection[str]) -> Element:
    """Return a <fencing-topology>; levels without a target are for each of the nodes."""
    element = new("fencing-topology")
    for level in topology.levels:
        index = str(level.index)
        if level.attribute is not None:
            of: list[dict[str, str | None]] = [
                {"target-attribute": level.attribute[0], "target-value": level.attribute[1]}
            ]
        elif level.pattern is not None:
            of = [{"target-pattern": level.pattern}]
        elif level.target is not None:
            of = [{"target": level.target}]
        else:
            of = [{"target": node} for node in nodes]
        element.extend(new("fencing-level", {**target, "index": index, "devices": level.devices}) for target in of)
    return element


def topology(element: Element, _referenced: Collection[str]) -> FencingTopology:
    """Read a <fencing-topology>."""
    only(element, ("id",), ("fencing-level",))
    levels: list[FencingLevel] = []
    for child in children(element):
        only(child, ("id", "index", "devices", "target", "target-pattern", "target-attribute", "target-value"))
        name, index = child.get("target-attribute"), child.get("index", "")
        if not index.isdecimal():
            raise Unsayable
        attribute = None if name is None else (name, child.get("target-value", ""))
        target, pattern = child.get("target"), child.get("target-pattern")
        levels.append(FencingLevel(int(index), child.get("devices", ""), target, pattern, attribute))
    return FencingTopology(levels=tuple(levels), comments=comments(element))


def tag_element(tag: Tag) -> Element:
    """Return a <tag>."""
    element = new("tag", {"id": tag.id})
    element.extend(new("obj_ref", {"id": member}) for member in tag.members)
    return element


def tag(element: Element, _referenced: Collection[str]) -> Tag:
    """Read a <tag>."""
    only(element, ("id",), ("obj_ref",))
    members = tuple(child.get("id", "") for child in children(element))
    return Tag(id=element.get("id", ""), members=members, comments=comments(element))


def alert_element(alert: Alert) -> Element:
    """Return an <alert>."""
    element = new("alert", {"id": alert.id, "path": alert.path, "description": alert.description})
    element.extend(map(sets.set_element, alert.sets))
    if alert.select is not None:
        select = new("select")
        for event in alert.select.events:
            selected = new(f"select_{event}")
            if event == "attributes":
                selected.extend(new("attribute", {"name": name}) for name in alert.select.names)
            select.append(selected)
        element.append(select)
    for number, recipient in enumerate(alert.recipients, 1):
        id_ = recipient.id or f"{alert.id}-recipient-{number}"
        child = new("recipient", {"id": id_, "value": recipient.value, "description": recipient.description})
        child.extend(map(sets.set_element, recipient.sets))
        element.append(child)
    return element


def alert(element: Element, referenced: Collection[str]) -> Alert:
    """Read an <alert>."""
    kinds = ("instance_attributes", "meta_attributes")
    only(element, ("id", "path", "description"), (*kinds, "select", "recipient"))
    recipients = []
    for child in children(element, "recipient"):
        only(child, ("id", "value", "description"), kinds)
        inner = sets.sets(child, ("attributes", "meta"), referenced)
        recipients.append(Recipient(child.get("value", ""), child.get("description"), inner))
    select: Select | None = None
    for child in children(element, "select"):
        events = tuple(str(event.tag).removeprefix("select_") for event in children(child))
        names = tuple(name.get("name", "") for name in child.iterfind("select_attributes/attribute"))
        select = Select(events, names)
        if set(events) - set(_EVENTS):
            raise Unsayable
    return Alert(
        id=element.get("id", ""),
        path=element.get("path", ""),
        description=element.get("description"),
        sets=sets.sets(element, ("attributes", "meta"), referenced),
        select=select,
        recipients=tuple(recipients),
        comments=comments(element),
    )


def role_element(role: AclRole) -> Element:
    """Return an <acl_role>."""
    element = new("acl_role", {"id": role.id, "description": role.description})
    for item in role.permissions:
        given = {"kind": item.kind, "id": item.id, "description": item.description} | dict(item.attributes)
        element.append(new("acl_permission", given))
    return element


def role(element: Element, referenced: Collection[str]) -> AclRole:
    """Read an <acl_role>, of schema 2.0 or later."""
    only(element, ("id", "description"), ("acl_permission",))
    permissions = []
    for child in children(element):
        only(child, ("id", "kind", "description", "xpath", "reference", "object-type", "attribute"))
        names = ("xpath", "reference", "object-type", "attribute")
        given = tuple((name, child.get(name, "")) for name in names if child.get(name) is not None)
        if [name for name, _ in given] not in (["xpath"], ["reference"], ["object-type"], ["object-type", "attribute"]):
            raise Unsayable
        id_ = sets.kept(child, referenced)
        permissions.append(Permission(child.get("kind", ""), given, id_, child.get("description")))
    return AclRole(
        id=element.get("id", ""),
        permissions=tuple(permissions),
        description=element.get("description"),
        comments=comments(element),
    )


def target_element(target: AclTarget) -> Element:
    """Return an <acl_target> or an <acl_group>."""
    element = new("acl_group" if target.is_group else "acl_target", {"id": target.id})
    element.extend(new("role", {"id": role_}) for role_ in target.roles)
    return element


def target(element: Element, _referenced: Collection[str]) -> AclTarget:
    """Read an <acl_target> or an <acl_group>."""
    only(element, ("id",), ("role",))
    roles = tuple(child.get("id", "") for child in children(element))
    if not roles:
        raise Unsayable
    is_group = element.tag == "acl_group"
    return AclTarget(id=element.get("id", ""), roles=roles, is_group=is_group, comments=comments(element))


def user_element(user: AclUser) -> Element:
    """Return an <acl_user>, of schemas before 2.0."""
    element = new("acl_user", {"id": user.id})
    element.extend(new("role_ref", {"id": role_}) for role_ in user.roles)
    element.extend(new(item.kind, {"id": item.id} | dict(item.attributes)) for item in user.permissions)
    return element


def user(element: Element, _referenced: Collection[str]) -> AclUser:
    """Read an <acl_user>."""
    only(element, ("id",), ("role_ref", *_RIGHTS))
    permissions = []
    for child in children(element, *_RIGHTS):
        only(child, ("id", "xpath", "ref", "tag", "attribute"))
        given = tuple((str(name), str(value)) for name, value in child.items() if name != "id")
        permissions.append(Permission(str(child.tag), given))
    return AclUser(
        id=element.get("id", ""),
        roles=tuple(child.get("id", "") for child in children(element, "role_ref")),
        permissions=tuple(permissions),
        comments=comments(element),
    )
