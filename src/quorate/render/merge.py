"""Bringing what quorate wants into a live CIB, without taking away what is not quorate's. Elements in and out. Pure.

Kept as they are: status, nodes and their attributes, Pacemaker's own bookkeeping. Replaced: properties, defaults,
resources, constraints, fencing levels, alerts, ACLs and tags of the cluster file. What is live and not in the file
is kept and named, so that somebody decides about it; `prune` takes it away. What a service of the file surely was made
of before, as another kind or on another store, goes without that, and is named too (former.py). With nodes that are
removed go their fencing devices and levels and the constraints that place something on them.
"""

import copy
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from lxml.etree import _Element as Element

from quorate.catalog.parts import is_part
from quorate.render.cib import SCHEMA
from quorate.render.former import former_constraints, is_former_clone
from quorate.render.run_state import is_run_state, take_marks
from quorate.render.settled import settle

BOOKKEEPING = frozenset({"dc-version", "cluster-infrastructure", "have-watchdog", "last-lrm-refresh", "cluster-name"})
"""Properties that Pacemaker and its tools write for themselves (Pacemaker Explained, "Cluster Options")."""

RESTART_SET = "quorate-restart"
"""How the ids of the sets begin that quorate makes while it restarts daemons, and takes away after (build/restarts)."""

OUTGROWN = frozenset({("property", "priority-fencing-delay", "5s"), ("default", "priority", "1")})
"""What describe/derive makes of two nodes, and of no more: it goes when the cluster grows, for nobody asked for it."""

_ORDER = (
    "crm_config",
    "nodes",
    "resources",
    "constraints",
    "acls",
    "fencing-topology",
    "rsc_defaults",
    "op_defaults",
    "tags",
    "alerts",
)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something live that the cluster file does not have.

    kind: the word for it. id: its id, or the name of a property. value: what it says, where that is short.
    kept: False where the merged CIB no longer has it. former: it is, or is called as, a part of a service that the
    file has in another form now.
    """

    kind: Literal["property", "default", "resource", "constraint", "fencing level", "meta attribute"]
    id: str
    value: str = ""
    kept: bool = True
    former: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.id}" + (f"={self.value}" if self.value else "")


def merged(
    live: bytes | Element,
    wanted: Element,
    *,
    prune: bool = False,
    removed: Collection[str] = (),
    services: Collection[str] = (),
) -> tuple[Element, list[Leftover]]:
    """Return the CIB to write, and what is live but not in `wanted` (a <configuration> made by cib.configuration).

    live: a whole <cib>. The result keeps its versions; merging it again changes nothing. Where nothing differs it is
    the live one to the letter. removed: names of nodes that leave the cluster. services: names of the file's services.
    """
    root = etree.fromstring(live, etree.XMLParser(resolve_entities=False)) if isinstance(live, bytes) else live
    old = root.find("configuration")
    old = old if old is not None else etree.Element("configuration")
    leftovers: list[Leftover] = []
    work = _Merge(_bare(old), _bare(wanted), leftovers, prune=prune, removed=removed, services=services)
    configuration = work.configuration()
    settle(configuration, _bare(old))
    result = copy.deepcopy(root)
    if same(configuration, old):
        return result, leftovers
    place = result.find("configuration")
    if place is None:
        result.insert(0, configuration)
    else:
        configuration.tail = place.tail
        result.replace(place, configuration)
    _raise_schema(result)
    return result, leftovers


def canonical(element: Element) -> str:
    """Return an element as indented XML with sorted attributes, the same for all spellings of the same content."""
    bare = _bare(element)
    for item in bare.iter():
        attributes = sorted(item.attrib.items())
        item.attrib.clear()
        item.attrib.update(attributes)
    etree.indent(bare)
    return etree.tostring(bare, encoding="unicode") + "\n"


def same(one: Element, other: Element) -> bool:
    """Say whether two elements have the same content: spaces and the order of attributes do not count."""
    return canonical(one) == canonical(other)


def _bare(element: Element) -> Element:
    """Return a copy without white space and comments."""
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True, resolve_entities=False)
    return etree.fromstring(etree.tostring(element, with_tail=False), parser)


def _raise_schema(cib: Element) -> None:
    """Ask for the schema we write by, where the live CIB still asks for an older one."""

    def version(name: str) -> tuple[int, ...]:
        return tuple(int(number) for number in re.findall(r"\d+", name))

    current = cib.get("validate-with", "")
    if current.startswith("pacemaker-") and version(current) < version(SCHEMA):
        cib.set("validate-with", SCHEMA)


class _Merge:
    """Builds the new <configuration> section by section, and notes leftovers on the way."""

    def __init__(
        self,
        live: Element,
        wanted: Element,
        leftovers: list[Leftover],
        *,
        prune: bool,
        removed: Collection[str],
        services: Collection[str],
    ) -> None:
        self.live = live
        self.wanted = wanted
        self.leftovers = leftovers
        self.prune = prune
        self.removed = frozenset(removed)
        self.services = frozenset(services)
        self.gone: set[str] = set()  # ids of live resources that the result no longer has

    def configuration(self) -> Element:
        root = etree.Element("configuration", {str(k): str(v) for k, v in self.live.attrib.items()})
        made: dict[str, Element] = {
            "crm_config": self._pairs("crm_config", "cluster_property_set", "property"),
            "nodes": self._nodes(),
            "resources": self._resources(),
            "constraints": self._constraints(),
            "fencing-topology": self._topology(),
            "rsc_defaults": self._pairs("rsc_defaults", "meta_attributes", "default"),
            "op_defaults": self._pairs("op_defaults", "meta_attributes", "default"),
        }
        made |= {tag: self._named(tag) for tag in ("acls", "tags", "alerts")}
        required = {"crm_config", "nodes", "resources", "constraints"}
        for tag in _ORDER:
            section: Element | None = made[tag] if tag in made else copy.deepcopy(self.live.find(tag))
            if section is not None and (len(section) or tag in required):
                root.append(section)
        return root

    def _children(self, side: Element, tag: str) -> list[Element]:
        section = side.find(tag)
        return [] if section is None else [copy.deepcopy(child) for child in section]

    def _keep(self, leftover: Leftover) -> bool:
        """Note a leftover, and say whether it stays."""
        self.leftovers.append(Leftover(leftover.kind, leftover.id, leftover.value, not self.prune))
        return not self.prune

    def _pairs(self, tag: str, set_tag: str, kind: Literal["property", "default"]) -> Element:
        """Merge name-value sets: ours first in a set of our own id, then what is kept of the others."""
        root = etree.Element(tag)
        ours = self._children(self.wanted, tag)
        names = {pair.get("name") for group in ours for pair in group}
        own: dict[str, Element] = {group.get("id", ""): group for group in ours}
        root.extend(ours)
        for group in self._children(self.live, tag):
            if is_restart_mark(group):
                root.append(group)
                continue
            if group.find("rule") is not None or group.tag != set_tag:
                if group.get("id") in own:  # a set with rules that the file has, too
                    continue
                if self._keep(Leftover(kind, group.get("id", ""))):
                    root.append(group)
                continue
            for pair in list(group):
                if not self._pair_stays(pair, names, kind):
                    group.remove(pair)
            home = own.get(group.get("id", ""))
            if home is not None:
                home.extend(list(group))
            elif len(group):
                root.append(group)
        return root

    def _pair_stays(self, pair: Element, ours: set[str | None], kind: Literal["property", "default"]) -> bool:
        name = pair.get("name", "")
        if name in ours:
            return False
        if kind == "property" and name in BOOKKEEPING:
            return True
        if (kind, name, pair.get("value")) in OUTGROWN:
            return False
        return self._keep(Leftover(kind, name, pair.get("value", "")))

    def _nodes(self) -> Element:
        """Keep the live nodes, give them the attributes of the file; other attributes (standby ...) are not ours.

        Others are not added: Pacemaker does that when they join, and fences a node that is here and was never seen.
        """
        root = etree.Element("nodes")
        wanted = {node.get("uname"): node for node in self._children(self.wanted, "nodes")}
        for node in self._children(self.live, "nodes"):
            ours = wanted.pop(node.get("uname"), None)
            if ours is not None:
                for group in ours:
                    _into_node(node, group)
            root.append(node)
        return root

    def _resources(self) -> Element:
        root = etree.Element("resources")
        ours = self._children(self.wanted, "resources")
        inside = {item.get("id") for resource in ours for item in _resource_tree(resource)}
        before: dict[str, Element] = {
            item.get("id", ""): item
            for resource in self._children(self.live, "resources")
            for item in _resource_tree(resource)
        }
        root.extend(ours)
        for item in root.iter("primitive", "group", "clone", "template", "bundle"):
            self._run_state(item, before.get(item.get("id", "")))
        for resource in self._children(self.live, "resources"):
            name = resource.get("id", "")
            missing = [item.get("id", "") for item in _resource_tree(resource) if item.get("id") not in inside]
            shared = len(missing) < sum(1 for _ in _resource_tree(resource))
            # Some of it is in the file: its shape is the file's, what the file dropped goes.
            if shared or is_former_clone(resource, self.services):
                self.leftovers.extend(self._former("resource", id_) for id_ in missing)
                self.gone.update(missing)
            elif not _fences_only(resource, self.removed) and self._keep(Leftover("resource", name)):
                root.append(resource)
                take_marks(resource)
            else:
                self.gone.update(missing)
        return root

    def _former(self, kind: Literal["resource", "constraint"], id_: str) -> Leftover:
        return Leftover(kind, id_, kept=False, former=is_part(id_, self.services))

    def _run_state(self, item: Element, before: Element | None) -> None:
        """Carry over that somebody stopped or unmanaged a resource by hand, unless the file says otherwise."""
        if before is None:
            return
        given = {pair.get("name") for pair in item.iterfind("meta_attributes/nvpair")}
        for pair in before.iterfind("meta_attributes/nvpair"):
            name = pair.get("name", "")
            if not is_run_state(pair) or name in given:
                continue
            if self._keep(Leftover("meta attribute", f"{item.get('id')} {name}", pair.get("value", ""))):
                _meta_of(item, pair).append(copy.deepcopy(pair))

    def _constraints(self) -> Element:
        root = etree.Element("constraints")
        ours = self._children(self.wanted, "constraints")
        ids = {constraint.get("id") for constraint in ours}
        root.extend(ours)
        former = former_constraints(self.live, self.services)
        for constraint in self._children(self.live, "constraints"):
            name = constraint.get("id", "")
            if name in ids:
                continue
            if constraint.get("node") in self.removed:
                continue
            if name in former or mentioned(constraint) & self.gone:
                self.leftovers.append(self._former("constraint", name))
            elif self._keep(Leftover("constraint", name)):
                root.append(constraint)
        return root

    def _named(self, tag: str) -> Element:
        """Put what the file has in the place of what is live under the same id; all else stays, for it is not ours."""
        root = etree.Element(tag)
        ours = self._children(self.wanted, tag)
        ids = {item.get("id") for item in ours}
        root.extend(ours)
        root.extend(item for item in self._children(self.live, tag) if item.get("id") not in ids)
        return root

    def _topology(self) -> Element:
        """Replace the levels of every node that has levels in the file."""
        root = etree.Element("fencing-topology")
        ours = self._children(self.wanted, "fencing-topology")
        targets = {_target(level) for level in ours}
        ids = {level.get("id") for level in ours}
        root.extend(ours)
        for level in self._children(self.live, "fencing-topology"):
            name = level.get("id", "")
            if _target(level) in targets or name in ids or level.get("target") in self.removed:
                continue
            if set(level.get("devices", "").split(",")) & self.gone:
                self.leftovers.append(Leftover("fencing level", name, kept=False))
            elif self._keep(Leftover("fencing level", name)):
                root.append(level)
        return root


def _fences_only(resource: Element, nodes: Collection[str]) -> bool:
    """Say whether a resource is a fencing device for some of these nodes, and for no others (pacemaker-fenced(7))."""
    if resource.get("class") != "stonith":
        return False
    given = {pair.get("name"): pair.get("value", "") for pair in resource.iterfind("instance_attributes/nvpair")}
    listed = re.split(r"[\s,;]+", given.get("pcmk_host_list", ""))
    mapped = [entry.partition(":")[0] for entry in re.split(r"[\s,;]+", given.get("pcmk_host_map", ""))]
    victims = {name for name in (*listed, *mapped) if name}
    return bool(victims) and victims <= set(nodes)


def _target(level: Element) -> tuple[str | None, ...]:
    return tuple(level.get(name) for name in ("target", "target-pattern", "target-attribute", "target-value"))


def _resource_tree(resource: Element) -> Iterator[Element]:
    """Yield a resource and the resources inside it."""
    return resource.iter("primitive", "group", "clone", "master", "template", "bundle")


def mentioned(constraint: Element) -> set[str]:
    """Return the ids of all resources a constraint names, in attributes or in resource sets."""
    names = {constraint.get(key, "") for key in ("rsc", "with-rsc", "first", "then")}
    return (names | {reference.get("id", "") for reference in constraint.iter("resource_ref")}) - {""}


def _meta_of(item: Element, pair: Element) -> Element:
    """Return the meta attributes of a resource to add `pair` to; where there are none, made with the id they had."""
    found = item.find("meta_attributes")
    if found is not None:
        return found
    parent = pair.getparent()
    made = etree.Element("meta_attributes", id=parent.get("id", "") if parent is not None else "")
    if parent is not None and any(sibling.tag == "operations" for sibling in parent.itersiblings(preceding=True)):
        item.append(made)  # where crm_resource puts it: a place is no difference, and writing it anew would be one
        return made
    place = item.find("instance_attributes")
    item.insert(0 if place is None else item.index(place) + 1, made)
    return made


def _into_node(node: Element, ours: Element) -> None:
    """Set the name-value pairs of `ours` on a live node, wherever they stand; new ones go to the set of our id."""
    sets: list[Element] = [group for group in node.findall(ours.tag) if not is_restart_mark(group)]
    home = next((group for group in sets if group.get("id") == ours.get("id")), sets[0] if sets else None)
    if home is None:
        node.append(ours)
        return
    for pair in list(ours):
        standing = [p for p in _pairs_of(sets) if p.get("name") == pair.get("name")]
        if standing:
            standing[0].set("value", pair.get("value", ""))
        else:
            home.append(pair)


def without_restart_marks(configuration: Element) -> Element:
    """Return a copy without the sets that quorate makes while it restarts daemons."""
    root = copy.deepcopy(configuration)
    for group in [*root.iter("cluster_property_set"), *root.iter("instance_attributes")]:
        parent = group.getparent()
        if parent is not None and is_restart_mark(group):
            parent.remove(group)
    return root


def is_restart_mark(group: Element) -> bool:
    """Tell whether quorate made this set for the time of a restart."""
    return (group.get("id") or "").startswith(RESTART_SET)


def _pairs_of(sets: Iterable[Element]) -> list[Element]:
    return [pair for group in sets for pair in group.iterfind("nvpair")]
