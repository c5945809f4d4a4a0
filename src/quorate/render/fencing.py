"""Fencing in the CIB: each device as a stonith resource, kept off its own victim, and the levels. Pure.

Sources: Pacemaker Explained, "Fencing"; pacemaker-fenced(7) for the pcmk_* parameters.
"""

from types import MappingProxyType

from lxml import etree
from lxml.etree import _Element as Element

from quorate import duration
from quorate.describe.cluster import Cluster, FenceDevice
from quorate.describe.resources import AgentName, Location, Operation, Primitive, Resources
from quorate.describe.secret import Secret
from quorate.dialect.model import FencingTopology
from quorate.render.ids import Ids

DEVICE_TIMEOUT_S = 60.0
"""For start and monitor of a fencing device. Both ask the device for its status; agents advise 20 s or nothing, and a
management board under firmware load answers later than that without being broken."""


def fencing_resources(cluster: Cluster) -> Resources:
    """Return the devices, and a ban of each device that fences one node only from that node.

    Devices that stand in a text of the crm shell are written from it, and get no ban.

    A node cannot confirm its own death, so a device is of no use there; and its monitor would then test the wrong
    path. Devices for several nodes may run anywhere: the fencer lets another node than the victim use them.
    """
    devices = tuple(device for device in cluster.fencing.devices if not device.as_text)
    bans = tuple(
        Location(f"{device.id}-never-on-{victim}", device.id, victim, "-INFINITY")
        for device in devices
        if len(device.victims) == 1 and len(cluster.nodes) > 1
        for victim in device.victims
    )
    return Resources(resources=tuple(_primitive(device) for device in devices), constraints=bans)


def topology_element(cluster: Cluster, ids: Ids) -> Element | None:
    """Return <fencing-topology>, or None where every node has one way to be fenced."""
    if not any(cluster.fencing.levels.values()) or any(
        isinstance(item, FencingTopology) for item in cluster.text.statements
    ):
        return None  # levels that stand in a text are written from it
    root = etree.Element("fencing-topology")
    for node, levels in cluster.fencing.levels.items():
        for index, devices in enumerate(levels, start=1):
            etree.SubElement(
                root,
                "fencing-level",
                id=ids("fencing", node, str(index)),
                target=node,
                index=str(index),
                devices=",".join(devices),
            )
    return root


def _primitive(device: FenceDevice) -> Primitive:
    return Primitive(
        id=device.id,
        agent=AgentName("stonith", None, device.agent.removeprefix("stonith:")),
        parameters=MappingProxyType({**device.parameters, **_fencer_parameters(device)}),
        operations=(
            Operation("start", timeout_s=DEVICE_TIMEOUT_S),
            Operation("monitor", interval_s=device.monitor_interval_s, timeout_s=DEVICE_TIMEOUT_S),
        ),
    )


def _fencer_parameters(device: FenceDevice) -> dict[str, str | Secret]:
    """Return the pcmk_* parameters; one the operator gave himself wins."""
    parameters: dict[str, str | Secret] = {}
    if any(port is not None for port in device.victims.values()):
        parameters["pcmk_host_map"] = ";".join(f"{node}:{port or node}" for node, port in device.victims.items())
    else:
        parameters["pcmk_host_list"] = " ".join(device.victims)
    if device.delay_base_s > 0:
        parameters["pcmk_delay_base"] = duration.text(device.delay_base_s)
    if device.delay_max_s > 0:
        parameters["pcmk_delay_max"] = duration.text(device.delay_max_s)
    return {name: value for name, value in parameters.items() if name not in device.parameters}
