"""A Configuration -> <configuration>, with the ids that crmsh would give. Pure.

Goes out too: what could not be placed, as findings: a member that is defined nowhere, a monitor of a resource that is
not here, XML of no known section.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from quorate.dialect.cib import constraints, resources, sections
from quorate.dialect.cib.ids import Ids
from quorate.dialect.cib.parts import DEFAULTS, new
from quorate.dialect.model import (
    DEFAULT_IDS,
    AclRole,
    AclTarget,
    AclUser,
    Alert,
    Bundle,
    Clone,
    Colocation,
    Configuration,
    FencingTopology,
    Group,
    Location,
    Node,
    Order,
    Primitive,
    Properties,
    Raw,
    Statement,
    Tag,
    Ticket,
)
from quorate.findings import Finding, Severity

_SECTIONS = ("crm_config", "nodes", "resources", "constraints", "tags", "fencing-topology", "rsc_defaults",
             "op_defaults", "acls", "alerts")  # fmt: skip
_SECTION_OF = {
    "node": "nodes",
    **dict.fromkeys((*resources.RESOURCES, "template"), "resources"),
    **dict.fromkeys(("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket"), "constraints"),
    **dict.fromkeys(("acl_role", "acl_target", "acl_group", "acl_user"), "acls"),
    "cluster_property_set": "crm_config",
    "tag": "tags",
    "alert": "alerts",
}
_ELEMENTS: dict[type[Statement], Callable[[Any], Element]] = {
    Node: resources.node_element,
    Primitive: resources.primitive_element,
    Group: resources.group_element,
    Clone: resources.clone_element,
    Bundle: resources.bundle_element,
    Location: constraints.location_element,
    Colocation: constraints.colocation_element,
    Order: constraints.order_element,
    Ticket: constraints.ticket_element,
    Properties: sections.properties_element,
    Tag: sections.tag_element,
    Alert: sections.alert_element,
    AclRole: sections.role_element,
    AclTarget: sections.target_element,
    AclUser: sections.user_element,
}


@dataclass(frozen=True, slots=True)
class Written:
    """The element <configuration>, and what could not be placed in it."""

    configuration: Element
    findings: tuple[Finding, ...]


def write(configuration: Configuration, taken: Iterable[str] = ()) -> Written:
    """Return the configuration as XML. taken: ids that others have, and that nothing here is given."""
    writer = _Writer(configuration)
    writer.ids.used.update(taken)
    return writer.written()


def element(statement: Statement) -> Element | None:
    """Return one statement as XML, without ids that it does not give itself; None for one that is part of another."""
    if isinstance(statement, Raw):
        return etree.fromstring(statement.xml)
    if isinstance(statement, FencingTopology):
        return sections.topology_element(statement, ())
    make = _ELEMENTS.get(type(statement))
    return make(statement) if make else None


@dataclass(slots=True)
class _Writer:
    configuration: Configuration
    ids: Ids = field(default_factory=Ids)
    root: Element = field(default_factory=lambda: new("configuration"))
    findings: list[Finding] = field(default_factory=list)

    def written(self) -> Written:
        for name in _SECTIONS[:4]:
            etree.SubElement(self.root, name)
        for statement in self.configuration.statements:
            self._add(statement)
        self._nest()
        self._refer()
        self.root[:] = sorted(self.root, key=lambda section: _SECTIONS.index(str(section.tag)))
        return Written(self.root, tuple(self.findings))

    def _section(self, name: str) -> Element:
        found = self.root.find(name)
        return etree.SubElement(self.root, name) if found is None else found

    def _add(self, statement: Statement) -> None:
        made = self._made(statement)
        if made is None:
            self._lost(f"{getattr(statement, 'resource', 'a statement')} is not defined here",
                       "its monitor operation has no place", "define it, or leave the monitor out")  # fmt: skip
            return
        for line in reversed(statement.comments):
            made.insert(0, etree.Comment(line.replace("--", "- -")))
        if made.tag in {"fencing-topology", *DEFAULTS}:
            self.ids.give(made)
            self._section(str(made.tag)).extend(list(made))
            return
        kind = statement.kind if isinstance(statement, Properties) else ""
        section = {"rsc_defaults": kind, "op_defaults": kind}.get(kind) or _SECTION_OF.get(str(made.tag))
        if section is None:
            self._lost(f"<{made.tag}> belongs to no section of the CIB", "Pacemaker does not know it", "leave it out")
        elif not self._merged(made, section):
            self.ids.give(made)
            self._section(section).append(made)

    def _made(self, statement: Statement) -> Element | None:
        if isinstance(statement, FencingTopology):
            nodes = [item.uname for item in self.configuration.statements if isinstance(item, Node)]
            return sections.topology_element(statement, nodes)
        made = element(statement)
        if isinstance(statement, Properties) and made is not None and statement.id is None and statement.ref is None:
            made.set("id", DEFAULT_IDS[statement.kind])
        return made

    def _merged(self, made: Element, section: str) -> bool:
        """Properties of one id said in several statements are one set; of a name said twice the last value counts."""
        if section not in {"crm_config", "rsc_defaults", "op_defaults"} or made.get("id") is None:
            return False
        for there in self._section(section):
            if there.get("id") == made.get("id"):
                for pair in list(made):
                    for old in there.findall("nvpair"):
                        if pair.tag == "nvpair" and old.get("name") == pair.get("name"):
                            there.remove(old)
                            self.ids.used.discard(old.get("id", ""))
                    there.append(pair)
                self.ids.give(there)
                return True
        return False

    def _nest(self) -> None:
        """Put members where they belong: groups first, for a clone may have one."""
        section = self._section("resources")
        for tag in ("group", "clone", "master", "bundle"):
            for container in section.findall(tag):
                for place in container.findall(resources.MEMBER):
                    member = next((r for r in section if r.get("id") == place.get("id") and r is not container), None)
                    if member is None:
                        container.remove(place)
                        self._lost(f'"{place.get("id")}" of "{container.get("id")}" is not defined here',
                                   "what is defined nowhere cannot be a member",
                                   "define it, or leave it out")  # fmt: skip
                    else:
                        container.replace(place, member)

    def _refer(self) -> None:
        """A reference to an object is one to the first set of that kind in it."""
        objects = {item.get("id"): item for item in self.root.iter(*resources.RESOURCES, "template", "node")}
        for item in self.root.iterfind(".//*[@id-ref]"):
            named = objects.get(item.get("id-ref"))
            first = None if named is None else named.find(f".//{item.tag}")
            if first is not None and first.get("id"):
                item.set("id-ref", first.get("id", ""))

    def _lost(self, said: str, why: str, fix: str) -> None:
        self.findings.append(Finding("undefined-name", Severity.ERROR, said, why, fix))
