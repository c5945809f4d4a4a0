"""Fencing: devices, levels, delays. fence_ipmilan(8) and Pacemaker Explained, "Fencing", name the parameters. Pure."""

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from quorate.describe.cluster import FenceDevice, Fencing, Node
from quorate.describe.derive import crm_fencing
from quorate.describe.derive.times import pacemaker_time
from quorate.describe.resources import Resources
from quorate.describe.secret import Secret
from quorate.describe.sections import fencing as written
from quorate.describe.sections.whole import File
from quorate.dialect import model

IPMI_PREFIX = "ipmi-"  # the device made from the IPMI board of node n is called ipmi-n
DELAY_S = 2.0  # static delay that decides a fencing race of two nodes
PRIORITY_DELAY_S = 5.0  # at least twice the static delay (Pacemaker Explained, priority-fencing-delay)
TIMEOUT_S = 60.0  # stonith-timeout
ATTEMPTS = 10  # stonith-max-attempts
# The suite that every IPMI 2.0 board must have (specification 2.0, table 22-20). Without a number ipmitool 1.8.19 asks
# the board for its list first, and a board that does not answer that question delays every fencing by 14 s.
CIPHER = 3


def fencing(file: File, nodes: tuple[Node, ...], text: model.Configuration, resources: Resources) -> Fencing:
    """Return the fencing section, and the devices and levels of a text of the crm shell, to which nothing is added.

    resources: what can be said of the text.

    Two nodes that lose sight of each other would fence each other at once; therefore the first is favoured by a
    static delay, and by default the one that runs the resources by priority-fencing-delay. With a quorum device there
    is no race: only the side that has its vote may fence.
    """
    section = file.fencing or written.Fencing()
    race = len(nodes) == 2 and (file.quorum is None or file.quorum.device is None)
    devices = [
        _ipmi(name, node.fencing.ipmi, section.ipmi)
        for name, node in file.nodes.items()
        if node.fencing and node.fencing.ipmi
    ]
    devices += [_device(name, device) for name, device in section.devices.items()]
    own = file.pacemaker is None or file.pacemaker.defaults != "pacemaker"
    levels = _levels(section, devices, nodes) if own else dict(section.levels)
    priority = PRIORITY_DELAY_S if race and own else 0.0
    return Fencing(
        enabled=section.enabled is not False,
        devices=(
            *_delayed(section, devices, levels, nodes[0].name if race and own else None),
            *crm_fencing.devices(resources, [node.name for node in nodes]),
        ),
        levels=MappingProxyType(levels | crm_fencing.levels(text, nodes)),
        action=section.action or "reboot",
        timeout_s=TIMEOUT_S if section.timeout is None else section.timeout,
        max_attempts=section.max_attempts or ATTEMPTS,
        concurrent=section.concurrent is not False,
        priority_delay_s=priority if section.priority_delay is None else section.priority_delay,
        watchdog_timeout_s=section.watchdog_timeout or 0.0,
    )


def _ipmi(node: str, board: written.Ipmi, defaults: written.IpmiDefaults | None) -> FenceDevice:
    """Return the device of a node's IPMI board. lanplus (RMCP+, IPMI 2.0) and method onoff unless told otherwise."""
    common = defaults or written.IpmiDefaults()
    own = {key: getattr(board, key) for key in board.model_fields_set - {"address", "parameters"}}
    both = common.model_copy(update=own)
    choices: dict[str, str | Secret | None] = {
        "ip": board.address,
        "ipport": None if both.port is None else str(both.port),
        "username": both.user,
        "password": both.password,
        "lanplus": "0" if both.lanplus is False else "1",
        "cipher": None if both.lanplus is False else str(CIPHER if both.cipher is None else both.cipher),
        "method": both.method or "onoff",
        "power_wait": None if both.power_wait is None else str(math.ceil(both.power_wait)),  # whole seconds only
        **common.parameters,
        **board.parameters,
    }
    parameters = {key: value for key, value in choices.items() if value is not None}
    return FenceDevice(
        id=IPMI_PREFIX + node,
        agent="fence_ipmilan",
        parameters=MappingProxyType(parameters),
        victims=MappingProxyType({node: None}),
        from_node=node,
        path=("nodes", node, "fencing", "ipmi"),
    )


def _device(name: str, device: written.Device) -> FenceDevice:
    victims: Mapping[str, str | None] = (
        dict.fromkeys(device.nodes) if isinstance(device.nodes, tuple) else dict(device.nodes)
    )
    return FenceDevice(
        id=name,
        agent=device.agent,
        parameters=MappingProxyType(device.parameters),
        victims=MappingProxyType(victims),
        delay_base_s=device.delay or 0.0,
        delay_max_s=device.delay_max or 0.0,
        monitor_interval_s=60.0 if device.monitor is None else device.monitor,
        path=("fencing", "devices", name),
    )


def _levels(
    section: written.Fencing, devices: list[FenceDevice], nodes: tuple[Node, ...]
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return levels: as written, else one per device where a node has several, its own IPMI board first."""
    levels = dict(section.levels)
    for node in nodes:
        own = [device.id for device in devices if node.name in device.victims]
        if node.name not in levels and len(own) > 1:
            levels[node.name] = tuple((device,) for device in own)
    return levels


def _delayed(
    section: written.Fencing,
    devices: list[FenceDevice],
    levels: Mapping[str, tuple[tuple[str, ...], ...]],
    first_of_two: str | None,
) -> tuple[FenceDevice, ...]:
    """Put the delay that favours one node on the device tried first against it, unless they have one of their own.

    first_of_two: the node favoured where the file does not say and two nodes race; None where there is no race.
    A device that fences other nodes too gets its delay for this one only: pcmk_delay_base takes "node:delay"
    (Pacemaker 2.1.2 and later, pacemaker-fenced(7)).
    """
    if section.delay is not None:
        favoured, delay = section.delay.favour, section.delay.by
    elif first_of_two is not None:
        favoured, delay = first_of_two, DELAY_S
    else:
        return tuple(devices)
    first = levels.get(favoured, ((),))[0][:1]  # one delay is enough: devices of a level are used one after another
    delayed = []
    for device in devices:
        tried_first = favoured in device.victims and (not first or device.id in first)
        if not tried_first or device.delay_base_s or device.delay_max_s or "pcmk_delay_base" in device.parameters:
            delayed.append(device)
        elif len(device.victims) == 1:
            delayed.append(replace(device, delay_base_s=delay))
        else:
            only = {**device.parameters, "pcmk_delay_base": f"{favoured}:{pacemaker_time(delay)}"}
            delayed.append(replace(device, parameters=MappingProxyType(only)))
    return tuple(delayed)
