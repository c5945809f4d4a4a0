"""Fences: fencing devices and levels as a CIB has them. Pure.

Sources: pacemaker-fenced(7) for the pcmk_* parameters; Pacemaker Explained, "Fencing", "Fencing Topologies".
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from lxml.etree import _Element as Element

from quorate import duration
from quorate.check.fencing import ON_BOARD
from quorate.explore.configured import Configured, Primitive, is_fencing, kept_from_running
from quorate.explore.subject import Fence

WATCHDOG = "watchdog"


def fences(configured: Configured) -> tuple[tuple[Fence, ...], tuple[str, ...]]:
    """Return the devices that Pacemaker's fencer may use, and what had to be assumed about them."""
    found, remarks = [], []
    for primitive in configured.primitives.values():
        if not is_fencing(primitive):
            continue
        if kept_from_running(dict(configured.defaults) | dict(primitive.meta)):
            remarks.append(f"{primitive.id} is switched off (target-role, is-managed): it fences nobody")
            continue
        victims = _victims(primitive, configured.nodes)
        if victims is None:
            victims = configured.nodes
            remarks.append(f"{primitive.id} asks its device whom it can fence: taken for all nodes")
        agent = primitive.agent.removeprefix("stonith:")
        base, spread = _delays(primitive, victims)
        onboard = victims[0] if len(victims) == 1 and agent in ON_BOARD else ""
        users = configured.nodes_for(primitive.id)
        found.append(Fence(primitive.id, agent, victims, onboard, MappingProxyType(base), spread, nodes=users))
    watchdog_s = duration.seconds(configured.properties.get("stonith-watchdog-timeout", "0")) or 0.0
    if watchdog_s > 0:
        waits = MappingProxyType(dict.fromkeys(configured.nodes, watchdog_s))
        found.append(Fence(WATCHDOG, "watchdog", configured.nodes, delay_s=waits, nodes=configured.nodes))
    return tuple(found), tuple(remarks)


def levels(configured: Configured) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return the fencing levels by node, in the order in which they are tried; nodes without any are left out.

    A watchdog counts there only where a level names it; without levels the fencer waits for it when no device is left
    (pacemaker-fenced 2.1, request_peer_fencing).
    """
    found: dict[str, dict[int, tuple[str, ...]]] = {}
    for element in configured.cib.iterfind("configuration/fencing-topology/fencing-level"):
        devices = tuple(word for word in re.split(r"[\s,]+", element.get("devices", "")) if word)
        for node in configured.nodes:
            if _means(configured, element, node):
                number = int(element.get("index", "0"))
                of_node = found.setdefault(node, {})
                of_node[number] = of_node.get(number, ()) + devices
    return MappingProxyType({node: tuple(by[i] for i in sorted(by)) for node, by in found.items()})


def _means(configured: Configured, level: Element, node: str) -> bool:
    """Say whether a level is one of this node: by its name, a pattern, or an attribute."""
    target, pattern = level.get("target"), level.get("target-pattern")
    if target is not None:
        return target.lower() == node.lower()
    if pattern is not None:
        try:
            return re.search(pattern, node, re.IGNORECASE) is not None
        except re.error:
            return False
    wanted = (level.get("target-attribute"), level.get("target-value"))
    own = next(e for e in configured.cib.iterfind("configuration/nodes/node") if e.get("uname") == node)
    return wanted in {(p.get("name"), p.get("value")) for p in own.iterfind("instance_attributes/nvpair")}


def _victims(primitive: Primitive, nodes: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the nodes that a device fences by its list or map, in their order; None where only the device knows."""
    given = primitive.parameters
    listed = {word for word in re.split(r"[\s,;]+", given.get("pcmk_host_list", "")) if word}
    mapped = {pair.partition(":")[0].strip() for pair in re.split(r"[\s;]+", given.get("pcmk_host_map", "")) if pair}
    check = given.get("pcmk_host_check", "").lower()
    if check == "none":
        return nodes
    if (listed or mapped) and check in {"", "static-list"}:
        return tuple(node for node in nodes if node in listed | mapped)
    return None


def _delays(primitive: Primitive, victims: tuple[str, ...]) -> tuple[dict[str, float], float]:
    """Return by victim pcmk_delay_base and half of what chance adds up to pcmk_delay_max; and the whole of that."""
    given, most = primitive.parameters.get("pcmk_delay_base", ""), primitive.parameters.get("pcmk_delay_max", "")
    each = dict(pair.strip().partition(":")[::2] for pair in re.split(r"[\s;]+", given) if ":" in pair)
    base = {v: duration.seconds(each.get(v, "0") if each else given) or 0.0 for v in victims}
    spread = {v: max(0.0, (duration.seconds(most) or 0.0) - base[v]) for v in victims}
    found = {v: base[v] + spread[v] / 2 for v in victims if base[v] + spread[v] > 0}
    return found, max(spread.values(), default=0.0)
