"""Configured: what a CIB's <configuration> says about its primitives, as far as exploring needs it. Pure.

In: the <cib> element, of a file that quorate rendered or of a cluster that runs. Out: Parts, the top-level resources
that hold them, nodes with their scores, properties. Sources: Pacemaker Explained, "Resources", "Collective Resources",
"Operations", "Rules" (sets with a rule are left out, for they hold at times only).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from lxml.etree import _Element as Element

from quorate import duration
from quorate.explore.components import components
from quorate.explore.subject import Part

INFINITY = 1_000_000
TIMEOUT_S = 20.0  # what Pacemaker gives an operation without a timeout (Pacemaker Explained, "Operation Properties")
COLLECTIVE = frozenset({"group", "clone", "master", "bundle"})
CLONED = frozenset({"clone", "master", "bundle"})
TRUE = frozenset({"true", "yes", "on", "1", "y"})
TASKS = ("start", "stop", "promote", "demote", "notify", "monitor")
ROLES = {"master": "Promoted", "promoted": "Promoted", "slave": "Unpromoted", "unpromoted": "Unpromoted"}

NETWORK_MONITORS = {
    "ocf:pacemaker:ping": "pingd",
    "ocf:pacemaker:pingd": "pingd",
    "ocf:heartbeat:pingd": "pingd",
    "ocf:heartbeat:ethmonitor": "ethmonitor-{interface}",
}
"""Agents that tell by a node attribute whether a network answers, each with how it is called unless told otherwise."""


@dataclass(frozen=True)
class Primitive:
    """A <primitive> with its template merged in. meta: its own and the template's, not that of what holds it."""

    id: str
    agent: str
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    meta: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    utilization: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Carrier:
    """A top-level resource. primitives: in the order in which they start. kind: the element's name."""

    id: str
    kind: str
    primitives: tuple[str, ...]
    idle: bool
    promotable: bool


class Configured:
    """Reads one CIB. Ids that stand twice, and references to nothing, are Pacemaker's to refuse."""

    def __init__(self, cib: Element) -> None:
        self.cib = cib
        self.templates = {e.get("id", ""): e for e in cib.iterfind("configuration/resources/template")}

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The full members, in the order of the CIB (remote and guest nodes have no vote and no Corosync)."""
        named = self.cib.iterfind("configuration/nodes/node")
        return tuple(e.get("uname", "") for e in named if e.get("type", "member") in {"member", "normal"})

    @cached_property
    def ids(self) -> dict[str, int]:
        """The members' node ids, which are Corosync's; their place in the CIB where they are no numbers."""
        given = {e.get("uname", ""): e.get("id", "") for e in self.cib.iterfind("configuration/nodes/node")}
        return {n: int(given[n]) if given[n].isdigit() else i for i, n in enumerate(self.nodes, start=1)}

    @cached_property
    def properties(self) -> Mapping[str, str]:
        """The cluster properties; of two sets the first one counts."""
        found: dict[str, str] = {}
        for each in self.cib.iterfind("configuration/crm_config/cluster_property_set"):
            found = {**_pairs(each), **found}
        return MappingProxyType(found)

    def is_on(self, name: str, *, default: bool) -> bool:
        """Say whether a property is true."""
        return self.properties.get(name, str(default)).lower() in TRUE

    @cached_property
    def defaults(self) -> Mapping[str, str]:
        """rsc_defaults."""
        return MappingProxyType(_sets(self.cib.find("configuration/rsc_defaults"), "meta_attributes"))

    @cached_property
    def primitives(self) -> Mapping[str, Primitive]:
        """Every primitive by id, fencing devices too, in the order of the CIB."""
        return MappingProxyType({e.get("id", ""): self._primitive(e) for e in self._elements})

    @cached_property
    def carriers(self) -> tuple[Carrier, ...]:
        """The top-level resources but fencing devices, in the order of the CIB."""
        found = []
        for element in self.cib.iterfind("configuration/resources/*"):
            inside = (e.get("id", "") for e in _primitives(element))
            own = tuple(id_ for id_ in inside if not is_fencing(self.primitives[id_]))
            if element.tag not in COLLECTIVE | {"primitive"} or not own:
                continue
            running = any(not self._is_idle(self._elements_by_id[id_]) for id_ in own)
            found.append(Carrier(element.get("id", ""), str(element.tag), own, not running, _promotable(element)))
        return tuple(found)

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        """A Part for each primitive; whose it is and whether it is watched, the CIB does not say."""
        return MappingProxyType({e.get("id", ""): self._part(e) for e in self._elements})

    def nodes_for(self, resource: str) -> tuple[str, ...]:
        """Return the nodes on which a resource may run by location constraints, the preferred first.

        Those of what holds it count with its own. Constraints with rules, patterns or sets are left to the scheduler:
        here they neither forbid nor prefer.
        """
        names = self._around(resource)
        scores: dict[str, int] = {}
        for each in self.cib.iterfind("configuration/constraints/rsc_location"):
            role = ROLES.get(each.get("role", "").lower(), "Started")
            if each.get("rsc") in names and each.get("node") in self.nodes and role != "Promoted":
                node = each.get("node", "")
                scores[node] = _sum(scores.get(node, 0), _score(each.get("score", "0")))
        everywhere = self.is_on("symmetric-cluster", default=True)
        may = [node for node in self.nodes if (scores.get(node, 0) >= 0 if node in scores else everywhere)]
        return tuple(sorted(may, key=lambda node: -scores.get(node, 0)))

    def is_moved_with_network(self, resource: str) -> bool:
        """Say whether a location rule asks for what a monitor of a network tells (NETWORK_MONITORS)."""
        names = self._around(resource)
        told = {_told(one) for one in self.primitives.values() if one.agent in NETWORK_MONITORS}
        rules = (
            each for each in self.cib.iterfind("configuration/constraints/rsc_location") if each.get("rsc") in names
        )
        return any(one.get("attribute") in told for each in rules for one in each.iter("expression"))

    def _around(self, resource: str) -> Collection[str]:
        """Return the ids of a top-level resource and of all in it, one of which is `resource`."""
        tops = self.cib.iterfind("configuration/resources/*")
        within = ({str(e.get("id")) for e in top.iter("primitive", *COLLECTIVE)} for top in tops)
        return next((ids for ids in within if resource in ids), frozenset[str]())

    def _primitive(self, element: Element) -> Primitive:
        agent = self._described(element)
        name = ":".join(word for key in ("class", "provider", "type") if (word := agent.get(key)))
        return Primitive(
            element.get("id", ""),
            name,
            MappingProxyType(self._both(element, "instance_attributes")),
            MappingProxyType(self._both(element, "meta_attributes")),
            MappingProxyType(self._both(element, "utilization")),
        )

    def _part(self, element: Element) -> Part:
        holder = next((e for e in element.iterancestors() if e.tag in CLONED), None)
        promotable = holder is not None and _promotable(holder)
        serving = self._monitors(element)
        wanted = serving.get("Promoted") if promotable else serving.get("Started")
        return Part(
            id=element.get("id", ""),
            agent=self.primitives[element.get("id", "")].agent,
            timeouts_s=MappingProxyType(self._timeouts(element)),
            monitor_s=wanted,
            monitors_s=MappingProxyType(serving),
            clone=holder.get("id", "") if holder is not None else "",
            promotable=promotable,
            promoted_max=_promoted_max(holder) if holder is not None and promotable else 1,
            priority=self._priority(element),
            fenced_on=frozenset(self._fenced_on(element)),
            tied=self._components[element.get("id", "")],
        )

    @cached_property
    def _components(self) -> Mapping[str, str]:
        return components(self.cib)

    def _priority(self, element: Element) -> int:
        """Return the meta attribute `priority`: a primitive's own, what holds it gives, or the default."""
        chain = [self._both(element, "meta_attributes")]
        chain += [_sets(e, "meta_attributes") for e in element.iterancestors() if e.tag in COLLECTIVE]
        return _score(next((meta["priority"] for meta in (*chain, self.defaults) if "priority" in meta), "0"))

    def _fenced_on(self, element: Element) -> Iterator[str]:
        """Yield the tasks whose failure gets the node fenced: stop, unless on-fail says otherwise; others if so."""
        common = _sets(self.cib.find("configuration/op_defaults"), "meta_attributes").get("on-fail", "")
        given = {op.get("name", ""): op.get("on-fail", common) for op in self._operations(element)}
        for task, on_fail in ({"stop": common} | given).items():
            if on_fail == "fence" or (task == "stop" and not on_fail):
                yield task

    def _operations(self, element: Element) -> list[Element]:
        """Return a primitive's <op>s, then those of its template that it does not have itself."""
        own = list(element.iterfind("operations/op"))
        has = {(op.get("name"), op.get("interval", "0"), op.get("role")) for op in own}
        template = self.templates.get(element.get("template", ""))
        inherited = template.iterfind("operations/op") if template is not None else ()
        return own + [op for op in inherited if (op.get("name"), op.get("interval", "0"), op.get("role")) not in has]

    def _timeouts(self, element: Element) -> dict[str, float]:
        """Return the timeout of each task; of several monitors the longest."""
        common = _sets(self.cib.find("configuration/op_defaults"), "meta_attributes").get("timeout", "")
        default = duration.seconds(common) or TIMEOUT_S
        given: dict[str, float] = {}
        for op in self._operations(element):
            timeout = duration.seconds(op.get("timeout", "") or _sets(op, "meta_attributes").get("timeout", ""))
            name = op.get("name", "")
            given[name] = max(given.get(name, 0.0), timeout or default)
        return dict.fromkeys(TASKS, default) | given

    def _monitors(self, element: Element) -> dict[str, float]:
        """Return the shortest interval of a recurring monitor by role ("Started": one without a role, too)."""
        found: dict[str, float] = {}
        for op in self._operations(element):
            interval = duration.seconds(op.get("interval", "0")) or 0.0
            if op.get("name") != "monitor" or interval <= 0 or op.get("enabled", "true").lower() not in TRUE:
                continue
            role = ROLES.get(op.get("role", "").lower(), "Started")
            if op.get("role", "").lower() != "stopped":
                found[role] = min(interval, found.get(role, interval))
        return found

    @cached_property
    def _elements(self) -> tuple[Element, ...]:
        resources = self.cib.find("configuration/resources")
        return tuple(_primitives(resources)) if resources is not None else ()

    @cached_property
    def _elements_by_id(self) -> Mapping[str, Element]:
        return {e.get("id", ""): e for e in self._elements}

    def _described(self, element: Element) -> Element:
        """Return the element that names the agent: the primitive, or its template."""
        return self.templates.get(element.get("template", ""), element)

    def _both(self, element: Element, tag: str) -> dict[str, str]:
        template = self.templates.get(element.get("template", ""))
        return (_sets(template, tag) if template is not None else {}) | _sets(element, tag)

    def _is_idle(self, element: Element) -> bool:
        """Say whether the configuration itself keeps a primitive from running, or Pacemaker's hands off it."""
        chain = [self._both(element, "meta_attributes")]
        chain += [_sets(e, "meta_attributes") for e in element.iterancestors() if e.tag in COLLECTIVE]
        return any(kept_from_running(dict(self.defaults) | meta) for meta in chain)


def _told(monitor: Primitive) -> str:
    """Return the node attribute in which a monitor of a network says how that is."""
    default = NETWORK_MONITORS[monitor.agent].format(interface=monitor.parameters.get("interface", ""))
    return monitor.parameters.get("name", default)


def is_fencing(primitive: Primitive) -> bool:
    """Say whether it is a fencing device."""
    return primitive.agent.startswith("stonith:")


def kept_from_running(meta: Mapping[str, str]) -> bool:
    """Say whether meta attributes keep a resource stopped, or unmanaged (then nothing recovers it)."""
    return meta.get("target-role", "").lower() == "stopped" or meta.get("is-managed", "true").lower() not in TRUE


def _primitives(element: Element) -> Iterator[Element]:
    return element.iter("primitive")


def _promotable(element: Element) -> bool:
    if element.tag == "bundle":
        return any(int(e.get("promoted-max", e.get("masters", "0")) or 0) > 0 for e in element)
    return element.tag == "master" or _sets(element, "meta_attributes").get("promotable", "false").lower() in TRUE


def _promoted_max(element: Element) -> int:
    """Return on how many nodes a promotable clone is promoted at most; master-max is its older name."""
    meta = _sets(element, "meta_attributes")
    given = meta.get("promoted-max", meta.get("master-max", "1"))
    return int(given) if given.isdigit() else 1


def _sets(element: Element | None, tag: str) -> dict[str, str]:
    """Return the pairs of an element's sets; of two the first counts, and one with a rule does not."""
    found: dict[str, str] = {}
    for each in element.iterfind(tag) if element is not None else ():
        found = {**_pairs(each), **found}
    return found


def _pairs(element: Element) -> dict[str, str]:
    if element.find("rule") is not None:
        return {}
    return {e.get("name", ""): e.get("value", "") for e in element.iterfind("nvpair")}


def _score(text: str) -> int:
    word = text.strip().upper().lstrip("+")
    if word.lstrip("-") == "INFINITY":
        return -INFINITY if word.startswith("-") else INFINITY
    return max(-INFINITY, min(INFINITY, int(word))) if word.lstrip("-").isdigit() else 0


def _sum(one: int, other: int) -> int:
    """Add scores: -INFINITY wins over everything (Pacemaker Explained, "Infinity Math")."""
    return -INFINITY if -INFINITY in (one, other) else max(-INFINITY, min(INFINITY, one + other))
