"""The <resources> section of the CIB: templates, primitives, groups and clones. Values in, XML elements out. Pure.

Sources: Pacemaker Explained, "Resources" and "Collective Resources"; schema pacemaker-3.9.
"""

from collections.abc import Iterator, Mapping

from lxml import etree
from lxml.etree import _Element as Element

from quorate import duration
from quorate.catalog.agents import Agent, AgentLibrary
from quorate.describe.resources import (
    AgentName,
    Clone,
    Group,
    Operation,
    Primitive,
    Resource,
    Resources,
    Template,
)
from quorate.describe.secret import Secret
from quorate.render import operations as ops
from quorate.render.ids import Ids

SECRET_REFERENCE = "lrm://"  # noqa: S105 - the word Pacemaker replaces by the value it finds on the node
"""What stands in the CIB for a secret value (cibsecret(8)). Executor and fencer read the value from
/var/lib/pacemaker/lrm/secrets/RESOURCE/PARAMETER and check it against the MD5 in PARAMETER.sign beside it."""


def resources_element(resources: Resources, agents: AgentLibrary, ids: Ids, defaults: Mapping[str, str]) -> Element:
    """Return <resources>. defaults: the operation defaults, whose `timeout` no operation is given less than."""
    return _Section(resources, agents, ids, duration.seconds(defaults.get("timeout", "")) or 0.0).element()


def nvset(parent: Element, tag: str, id_: str, values: Mapping[str, str], ids: Ids) -> None:
    """Add a set of name-value pairs (instance_attributes, meta_attributes, utilization ...) if there are any."""
    if not values:
        return
    element = etree.SubElement(parent, tag, id=ids(id_))
    for name, value in values.items():
        etree.SubElement(element, "nvpair", id=ids(id_, name), name=name, value=value)


def written(parameters: Mapping[str, str | Secret]) -> dict[str, str]:
    """Return parameters as they stand in the CIB: a secret only as a reference."""
    return {name: SECRET_REFERENCE if isinstance(value, Secret) else value for name, value in parameters.items()}


class _Section:
    """Writes one <resources>; knows which resource is whose member."""

    def __init__(self, resources: Resources, agents: AgentLibrary, ids: Ids, least_timeout_s: float) -> None:
        self.agents = agents
        self.ids = ids
        self.least_timeout_s = least_timeout_s
        self.templates = {template.id: template for template in resources.templates}
        self.by_id: dict[str, Resource] = {resource.id: resource for resource in resources.resources}
        self.clone_of: dict[str, Clone] = {}  # primitive id -> the clone around it, directly or by a group
        for clone in (r for r in resources.resources if isinstance(r, Clone)):
            member = self.by_id.get(clone.member)
            for id_ in (clone.member, *(member.members if isinstance(member, Group) else ())):
                self.clone_of[id_] = clone

    def element(self) -> Element:
        root = etree.Element("resources")
        for template in self.templates.values():
            root.append(self._template(template))
        inner = set(self._members())
        for resource in self.by_id.values():
            if resource.id not in inner:
                root.append(self._resource(resource))
        return root

    def _members(self) -> Iterator[str]:
        for resource in self.by_id.values():
            if isinstance(resource, Group):
                yield from resource.members
            elif isinstance(resource, Clone):
                yield resource.member

    def _resource(self, resource: Resource) -> Element:
        if isinstance(resource, Primitive):
            return self._primitive(resource)
        if isinstance(resource, Group):
            element = etree.Element("group", id=self.ids(resource.id))
            nvset(element, "meta_attributes", f"{resource.id}-meta", resource.meta, self.ids)
            members = resource.members
        else:
            element = etree.Element("clone", id=self.ids(resource.id))
            promotable = {"promotable": "true"} if resource.promotable else {}
            nvset(element, "meta_attributes", f"{resource.id}-meta", promotable | dict(resource.meta), self.ids)
            members = (resource.member,)
        for member in members:
            element.append(self._resource(self.by_id[member]))
        return element

    def _primitive(self, primitive: Primitive) -> Element:
        template = self.templates.get(primitive.template or "")
        name = primitive.agent or (template.agent if template else None)
        agent = self.agents.get(name) if name else None
        context = self._context(primitive, template)
        inherited = template.operations if template else ()
        complete = ops.operations(primitive.operations, agent, context, inherited)
        attributes = {"template": primitive.template} if primitive.template else _class(primitive.agent)
        element = etree.Element("primitive", {"id": self.ids(primitive.id)} | attributes)
        return self._body(element, primitive, complete)

    def _template(self, template: Template) -> Element:
        agent: Agent | None = self.agents.get(template.agent)
        context = ops.Context(least_timeout_s=self.least_timeout_s)
        complete = ops.completed(template.operations, agent, context)
        element = etree.Element("template", {"id": self.ids(template.id)} | _class(template.agent))
        return self._body(element, template, complete)

    def _body(self, element: Element, item: Primitive | Template, operations: tuple[Operation, ...]) -> Element:
        nvset(element, "instance_attributes", f"{item.id}-parameters", written(item.parameters), self.ids)
        nvset(element, "meta_attributes", f"{item.id}-meta", item.meta, self.ids)
        nvset(element, "utilization", f"{item.id}-utilization", item.utilization, self.ids)
        if operations:
            block = etree.SubElement(element, "operations")
            for operation in operations:
                self._operation(block, item.id, operation)
        return element

    def _operation(self, block: Element, resource: str, operation: Operation) -> None:
        every = duration.text(operation.interval_s) if operation.interval_s else ""
        id_ = self.ids(resource, operation.name, every, (operation.role or "").lower())
        element = etree.SubElement(block, "op", {"id": id_} | ops.attributes(operation))
        nvset(element, "instance_attributes", f"{id_}-parameters", ops.parameters(operation), self.ids)

    def _context(self, primitive: Primitive, template: Template | None) -> ops.Context:
        clone = self.clone_of.get(primitive.id)
        meta = dict(template.meta if template else {}) | dict(primitive.meta)
        return ops.Context(
            promotable=clone is not None and clone.promotable,
            notify=(dict(clone.meta) if clone else {}).get("notify") == "true",
            migrates=meta.get("allow-migrate") == "true",
            least_timeout_s=self.least_timeout_s,
        )


def _class(agent: AgentName | None) -> dict[str, str]:
    if agent is None:
        return {}
    provider = {"provider": agent.provider} if agent.provider else {}
    return {"class": agent.standard} | provider | {"type": agent.type}
