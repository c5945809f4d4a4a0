"""Fencing devices and levels that stand in a text of the crm shell, as rules and commands see them. Pure.

Whom a device fences: pcmk_host_map, pcmk_host_list (pacemaker-fenced(7)); for the agents of cluster-glue `hostname` and
`hostlist`; a plug that is a node's name; where nothing says, every node, for then the agent is asked at run time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from quorate.describe.cluster import FenceDevice, Node
from quorate.describe.resources import Primitive, Resources
from quorate.describe.secret import Secret
from quorate.dialect import model
from quorate.duration import seconds

_LISTS = ("pcmk_host_list", "hostlist", "hostname")
_PLUGS = ("port", "plug")


def devices(resources: Resources, nodes: Sequence[str]) -> Iterator[FenceDevice]:
    """Yield the resources of class stonith, with what their templates say."""
    templates = {template.id: template for template in resources.templates}
    for primitive in resources.primitives:
        template = templates.get(primitive.template or "")
        agent = primitive.agent or (template.agent if template else None)
        if agent is None or agent.standard != "stonith":
            continue
        parameters = {**(template.parameters if template else {}), **primitive.parameters}
        yield FenceDevice(
            id=primitive.id,
            agent=agent.type,
            parameters=MappingProxyType(parameters),
            victims=MappingProxyType(victims(parameters, nodes)),
            delay_base_s=_seconds(parameters.get("pcmk_delay_base")),
            delay_max_s=_seconds(parameters.get("pcmk_delay_max")),
            monitor_interval_s=_monitor_s(primitive),
            path=("resources", primitive.id),
            as_text=True,
        )


def victims(parameters: Mapping[str, str | Secret], nodes: Sequence[str]) -> dict[str, str | None]:
    """Return the nodes that a device with these parameters fences, each with its port where there is one."""
    given = {name: value for name, value in parameters.items() if isinstance(value, str)}
    if "pcmk_host_map" in given:
        pairs = [entry.partition(":") for entry in re.split(r"[;\s]+", given["pcmk_host_map"]) if entry]
        return {name: port or None for name, _, port in pairs}
    for key in _LISTS:
        if key in given:
            return dict.fromkeys(re.split(r"[,;\s]+", given[key].strip()))
    named: dict[str, str | None] = {given[key]: None for key in _PLUGS if given.get(key) in nodes}
    return named or dict.fromkeys(nodes)


def levels(text: model.Configuration, nodes: Sequence[Node]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the levels of each node that the text gives some."""
    found: dict[str, dict[int, tuple[str, ...]]] = {}
    for item in text.statements:
        for level in item.levels if isinstance(item, model.FencingTopology) else ():
            for node in nodes:
                if _is_for(level, node):
                    found.setdefault(node.name, {})[level.index] = tuple(level.devices.split(","))
    return {node: tuple(by[index] for index in sorted(by)) for node, by in found.items()}


def _is_for(level: model.FencingLevel, node: Node) -> bool:
    if level.attribute is not None:
        return node.attributes.get(level.attribute[0]) == level.attribute[1]
    if level.pattern is not None:
        try:
            return re.search(level.pattern, node.name) is not None
        except re.error:
            return False
    return level.target in {None, node.name}


def _monitor_s(primitive: Primitive) -> float:
    return max((op.interval_s or 0.0 for op in primitive.operations if op.name == "monitor"), default=0.0)


def _seconds(value: str | Secret | None) -> float:
    return (seconds(value) or 0.0) if isinstance(value, str) else 0.0
