"""Nodes and resources: elements of the CIB and the model's statements, both ways. Pure.

The members of a group, clone or bundle stand in the element as <member id="…"/> until write.py puts them in place.
"""

from collections.abc import Collection

from lxml.etree import _Element as Element

from quorate.dialect.cib import sets
from quorate.dialect.cib.parts import Unsayable, children, comments, new, only
from quorate.dialect.crm.vocabulary import ENGINES
from quorate.dialect.model import Agent, Attributes, Bundle, Clone, Group, Node, NvSet, Operations, Primitive

MEMBER = "member"
RESOURCES = ("primitive", "group", "clone", "master", "bundle")
_SETS = ("instance_attributes", "meta_attributes", "utilization")


def node_element(node: Node) -> Element:
    """Return a <node>."""
    element = new("node", {"id": node.id, "uname": node.uname, "type": node.type, "description": node.description})
    element.extend(map(sets.set_element, node.sets))
    return element


def node(element: Element, referenced: Collection[str]) -> Node:
    """Read a <node>."""
    only(element, ("id", "uname", "type", "description"), ("instance_attributes", "utilization"))
    name, type_ = element.get("uname", ""), element.get("type")
    return Node(
        uname=name,
        id=None if element.get("id") == name else element.get("id"),
        type=None if type_ == "normal" else type_,
        description=element.get("description"),
        sets=sets.sets(element, ("attributes", "utilization"), referenced),
        comments=comments(element),
    )


def primitive_element(primitive: Primitive) -> Element:
    """Return a <primitive> or a <template>."""
    agent = primitive.agent
    given = {"id": primitive.id, "description": primitive.description, "template": primitive.template}
    if agent is not None:
        given |= {"class": agent.standard, "provider": agent.provider, "type": agent.type}
    element = new("template" if primitive.is_template else "primitive", given)
    for part in primitive.body:
        element.append(sets.operations_element(part) if isinstance(part, Operations) else sets.set_element(part))
    return element


def primitive(element: Element, referenced: Collection[str]) -> Primitive:
    """Read a <primitive> or a <template>."""
    only(element, ("id", "description", "template", "class", "provider", "type"), (*_SETS, "operations"))
    body: list[NvSet | Operations] = []
    for child in children(element):
        if child.tag == "operations":
            body += [sets.operations(child, referenced)] if children(child) or child.attrib else []
        else:
            kind = {"instance_attributes": "params", "meta_attributes": "meta"}.get(child.tag, "utilization")
            body.append(sets.set_(child, "params" if kind == "params" else "meta" if kind == "meta" else "utilization",
                                  referenced))  # fmt: skip
    template = element.get("template")
    agent = Agent(element.get("class", ""), element.get("provider"), element.get("type", ""))
    return Primitive(
        id=element.get("id", ""),
        agent=agent if template is None else None,
        template=template,
        is_template=element.tag == "template",
        description=element.get("description"),
        body=tuple(body),
        comments=comments(element),
    )


def group_element(group: Group) -> Element:
    """Return a <group>."""
    return _container(new("group", {"id": group.id, "description": group.description}), group.sets, group.members)


def clone_element(clone: Clone) -> Element:
    """Return a <clone> or a <master>."""
    element = new("master" if clone.master else "clone", {"id": clone.id, "description": clone.description})
    return _container(element, clone.sets, (clone.member,))


def _container(element: Element, sets_: tuple[NvSet, ...], members: tuple[str, ...]) -> Element:
    element.extend([*map(sets.set_element, sets_), *(new(MEMBER, {"id": member}) for member in members)])
    return element


def group(element: Element, referenced: Collection[str]) -> Group:
    """Read a <group>, of its members only the ids."""
    only(element, ("id", "description"), ("instance_attributes", "meta_attributes", "primitive"))
    return Group(
        id=element.get("id", ""),
        members=tuple(child.get("id", "") for child in children(element, "primitive")),
        description=element.get("description"),
        sets=sets.sets(element, ("params", "meta"), referenced),
        comments=comments(element),
    )


def clone(element: Element, referenced: Collection[str]) -> Clone:
    """Read a <clone> or a <master>, of its member only the id."""
    only(element, ("id", "description"), ("instance_attributes", "meta_attributes", "primitive", "group"))
    return Clone(
        id=element.get("id", ""),
        member=children(element, "primitive", "group")[0].get("id", ""),
        master=element.tag == "master",
        description=element.get("description"),
        sets=sets.sets(element, ("params", "meta"), referenced),
        comments=comments(element),
    )


def bundle_element(bundle: Bundle) -> Element:
    """Return a <bundle>."""
    element = new("bundle", {"id": bundle.id, "description": bundle.description})
    element.append(new(bundle.engine, dict(bundle.container)))
    if bundle.network is not None:
        network = new("network", dict(bundle.network))
        network.extend(new("port-mapping", dict(port)) for port in bundle.ports)
        element.append(network)
    if bundle.mounts:
        storage = new("storage")
        storage.extend(new("storage-mapping", dict(mount)) for mount in bundle.mounts)
        element.append(storage)
    return _container(element, bundle.sets, () if bundle.primitive is None else (bundle.primitive,))


def bundle(element: Element, referenced: Collection[str]) -> Bundle:
    """Read a <bundle>, of the resource inside only the id."""
    only(element, ("id", "description"), (*ENGINES, "network", "storage", "meta_attributes", "primitive"))
    engine = children(element, *ENGINES)
    if len(engine) != 1 or children(engine[0]):
        raise Unsayable
    network, storage = children(element, "network"), children(element, "storage")
    inner = children(element, "primitive")
    return Bundle(
        id=element.get("id", ""),
        engine=str(engine[0].tag),
        container=_given(engine[0]),
        network=_given(network[0]) if network else None,
        ports=tuple(map(_given, children(network[0], "port-mapping"))) if network else (),
        mounts=tuple(map(_given, children(storage[0], "storage-mapping"))) if storage else (),
        primitive=inner[0].get("id") if inner else None,
        description=element.get("description"),
        sets=sets.sets(element, ("meta",), referenced),
        comments=comments(element),
    )


def _given(element: Element) -> Attributes:
    return tuple((str(name), str(value)) for name, value in element.items())
