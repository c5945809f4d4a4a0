"""The scheduler's XML read: a transition graph, and what runs where. Pure.

In: what `crm_simulate -G` writes, and the `cluster_status` of `crm_simulate --output-as=xml`. Out: a Graph, a
Placement.

Names: a resource is called as it is configured, without the number of its instance ("ping", not "ping:1"). What is
configured nowhere keeps the name that Pacemaker gives it: a bundle's implicit resources ("web-bundle-docker-0",
"web-bundle-ip-10.0.0.1", and "web-bundle-0" for the connection to the guest node of that name, on which the bundle's
primitive runs) and a remote connection made by `remote-node`. Guest and remote nodes are nodes like the others.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from types import MappingProxyType

from lxml import etree
from lxml.etree import _Element as Element

from quorate.explore.scheduler.transition import Action, Instance, Kind, NodeState, Placement, Role

INFINITY = 1_000_000  # Pacemaker's own

_KINDS: Mapping[str, Kind] = {"rsc_op": "rsc_op", "crm_event": "crm_event", "pseudo_event": "pseudo_event"}
_ROLES: Mapping[str, Role] = {
    "Promoted": "Promoted",
    "Master": "Promoted",
    "Unpromoted": "Unpromoted",
    "Slave": "Unpromoted",
    "Stopped": "Stopped",
}
_NOTIFY = re.compile(r"(.+)_(?:confirmed-)?(?:pre|post)_notify_[a-z_]+_\d+$")


@dataclass(frozen=True, slots=True)
class Graph:
    """A transition graph as the scheduler wrote it, in its order. No actions: nothing is to be done.

    priority: of actions that have one (INFINITY: carried out even after the transition was given up).
    expected: of actions whose expected result is not 0 (7 for a probe of what does not run).
    instance: of actions on an instance of a globally unique clone, its name with its number.
    agent: of deletions, "class", "provider" and "type" of the resource as it is configured now; "" for what it has not.
    start_failure, stop_failure: what a failed start or stop sets its fail count to; "INFINITY", or "" for one more.
    """

    actions: tuple[Action, ...] = ()
    priority: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    expected: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    instance: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    agent: Mapping[int, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    start_failure: str = "INFINITY"
    stop_failure: str = "INFINITY"


def parse(text: str | bytes) -> Element:
    """Return the root element of a document, without entities and without the network; XMLSyntaxError if it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    return etree.fromstring(text.encode() if isinstance(text, str) else text, parser)


def base(resource: str) -> str:
    """Return a primitive's id as configured: an instance has ":" and its number behind it, and no id has a colon."""
    return intern(resource.partition(":")[0])


def parse_graph(text: str | bytes) -> Graph:
    """Return the graph; XMLSyntaxError if it is not XML."""
    return read_graph(parse(text))


def read_graph(root: Element) -> Graph:
    """Return the graph that a `transition_graph` is."""
    actions, priority, expected, instance, agent = [], {}, {}, {}, {}
    for synapse in root.iterchildren("synapse"):
        after = tuple(int(one.get("id", "-1")) for one in synapse.iterfind("inputs/trigger/*"))
        for element in synapse.iterfind("action_set/*"):
            if element.tag in _KINDS:
                actions.append(_action(element, after))
                priority[actions[-1].id] = int(synapse.get("priority", "0"))
                instance[actions[-1].id] = _instance(element)
                expected[actions[-1].id] = _expected(element)
                agent[actions[-1].id] = _agent(element)
    return Graph(
        actions=tuple(actions),
        priority=MappingProxyType({id_: value for id_, value in priority.items() if value}),
        expected=MappingProxyType({id_: value for id_, value in expected.items() if value}),
        instance=MappingProxyType({id_: name for id_, name in instance.items() if name}),
        agent=MappingProxyType({id_: name for id_, name in agent.items() if name}),
        start_failure=_offset(root.get("failed-start-offset")),
        stop_failure=_offset(root.get("failed-stop-offset")),
    )


def _offset(value: str | None) -> str:
    return "INFINITY" if value is None or value.upper().lstrip("+") in {"INFINITY", str(INFINITY)} else ""


def _action(element: Element, after: tuple[int, ...]) -> Action:
    attributes = element.find("attributes")
    meta = {str(key): str(value) for key, value in attributes.items()} if attributes is not None else {}
    task = intern(str(element.get("operation", "")))
    if task == "stonith" and meta.get("CRM_meta_stonith_action") == "on":
        task = "unfence"
    return Action(
        id=int(element.get("id", "-1")),
        kind=_KINDS[str(element.tag)],
        task=task,
        resource=_resource(element, task),
        node=intern(str(element.get("on_node", ""))),
        interval_ms=int(meta.get("CRM_meta_interval", "0")),
        timeout_ms=int(meta.get("CRM_meta_timeout", "0")) if element.tag != "pseudo_event" else 0,
        priority_delay_s=_seconds(str(meta.get("CRM_meta_priority_fencing_delay", ""))),
        after=after,
    )


def _instance(element: Element) -> str:
    """Return the name of an instance that has a number; in a graph, only those of globally unique clones have one."""
    primitive = element.find("primitive")
    name = "" if primitive is None else str(primitive.get("id", ""))
    return name if ":" in name else ""


def _agent(element: Element) -> Mapping[str, str]:
    primitive = element.find("primitive") if element.get("operation") == "delete" else None
    names = ("class", "provider", "type")
    return {} if primitive is None else {name: str(primitive.get(name, "")) for name in names}


def _expected(element: Element) -> int:
    attributes = element.find("attributes")
    return 0 if attributes is None else int(attributes.get("CRM_meta_op_target_rc", "0"))


def _resource(element: Element, task: str) -> str:
    """Return whom an action is about: the primitive; for a marker, also a group, clone or bundle; "" for a node."""
    primitive = element.find("primitive")
    if primitive is not None:
        return base(str(primitive.get("id", "")))
    if element.tag != "pseudo_event":
        return ""
    key = str(element.get("operation_key", ""))
    named = re.fullmatch(rf"(.+)_{re.escape(task)}_\d+", key) or _NOTIFY.fullmatch(key)
    return base(named[1]) if named else ""


def _seconds(text: str) -> float:
    match = re.fullmatch(r"\s*(\d+)\s*(ms|s|sec|m|min|h|hr)?\s*", text)
    factors = {"ms": 0.001, "m": 60, "min": 60, "h": 3600, "hr": 3600}
    return int(match[1]) * factors.get(match[2], 1) if match else 0


def parse_status(status: Element) -> Placement:
    """Return what a `cluster_status`, or `revised_cluster_status`, says: nodes, and what is active on which."""
    nodes = {intern(str(node.get("name"))): _node_state(node) for node in status.iterfind("nodes/node")}
    instances = {
        _instance_of(
            base(str(resource.get("id"))),
            intern(str(node.get("name"))),
            _ROLES.get(str(resource.get("role")), "Started"),
            resource.get("blocked") == "true",
        )
        for resource in (*status.iterfind("resources//resource"), *status.iterfind("nodes/node/resource"))
        for node in resource.iterchildren("node")
    }
    return Placement(nodes=MappingProxyType(nodes), instances=frozenset(instances))


@lru_cache(maxsize=1 << 14)
def _instance_of(resource: str, node: str, role: Role, blocked: bool) -> Instance:
    """Return the one that is equal to all others: thousands of placements hold the same few."""
    return Instance(resource, node, role, blocked)


def is_whole(status: Element) -> bool:
    """Tell whether a status lists all that it counts.

    It leaves out a clone none of whose active instances is managed and on a node that is there: a stop failed, then
    the node was lost.
    """
    listed = Counter(str(node.get("name")) for node in status.iterfind("resources//resource/node"))
    return all(
        str(listed[str(node.get("name"))]) == node.get("resources_running", "")
        for node in status.iterfind("nodes/node")
    )


def _node_state(node: Element) -> NodeState:
    if node.get("unclean") == "true":
        return "unclean"
    if node.get("online") != "true" or node.get("pending") == "true":
        return "offline"
    return "standby" if "true" in {node.get("standby"), node.get("standby_onfail")} else "online"
