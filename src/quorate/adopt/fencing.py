"""Fencing devices that are exactly what quorate makes of `fencing` and of nodes' boards become these. Pure.

Delays and levels depend on all devices together, so these are tried together: whatever comes out otherwise is dropped
from the guess, until the rest is what was read.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from quorate.adopt.draft import Draft, Section
from quorate.adopt.mapping.secrets import environment
from quorate.adopt.material import Material
from quorate.adopt.recognising import Tools, by_id, rendered, seen_in, take
from quorate.describe.derive.crm_view import REFERENCE
from quorate.describe.derive.fencing import IPMI_PREFIX
from quorate.describe.resources import Primitive
from quorate.dialect.model import FencingTopology
from quorate.findings import Severity
from quorate.render.fencing import fencing_resources

_IPMI = {"ip": "address", "ipport": "port", "username": "user", "password": "password", "lanplus": "lanplus",
         "cipher": "cipher", "method": "method", "power_wait": "power_wait"}  # fmt: skip
_OURS = ("pcmk_host_list", "pcmk_host_map", "pcmk_delay_base", "pcmk_delay_max")
_BOARD = {"lanplus": "1", "cipher": "3", "method": "onoff"}
LEVELS = "fencing topology"


def recognise(material: Material, draft: Draft, tools: Tools) -> None:
    """Move the devices that are recognised, and their levels, from the statements into the draft."""
    devices = [p for p in seen_in(material).primitives if p.agent is not None and p.agent.standard == "stonith"]
    best: tuple[list[Primitive], set[str], Draft] = ([], set(), draft)
    for said in _said(devices, draft, material):
        left = list(devices)
        while left:
            guess = _guess(left, draft, said)
            same, names = _matching(left, guess, material, tools)
            if same == left and len(left) > len(best[0]):
                best = (left, names, guess)
            left = [] if same == left else same
    left, names, guess = best
    draft.nodes, draft.fencing = guess.nodes, guess.fencing
    _say_secrets(material, draft, left)
    take(material, names, "fencing")


def _said(devices: list[Primitive], draft: Draft, material: Material) -> Iterator[Section]:
    """Yield what the section can have said besides its devices: a delay, levels, both or neither."""
    levels: Section = {}
    for topology in material.statements(FencingTopology):
        for level in sorted(topology.levels, key=lambda level: level.index):
            if level.target is not None:
                levels.setdefault(level.target, []).append(level.devices.split(","))
    for delay in _delays(devices, draft):
        yield delay
        if levels:
            yield {**delay, "levels": levels}


def _delays(devices: list[Primitive], draft: Draft) -> Iterator[Section]:
    """Yield ways in which the delay against a race can have been said: not at all, none, or one of a device's."""
    yield {}
    if len(draft.nodes) == 2:
        yield {"delay": {"favour": next(iter(draft.nodes)), "by": "0s"}}
        for device in devices:
            if by := device.parameters.get("pcmk_delay_base"):
                yield {"delay": {"favour": str(device.parameters.get("pcmk_host_list", "")), "by": str(by)}}


def _guess(devices: list[Primitive], draft: Draft, delay: Section) -> Draft:
    nodes = {name: dict(entry) for name, entry in draft.nodes.items()}
    guess = replace(draft, nodes=nodes, fencing={**draft.fencing, **delay})
    for device in devices:
        _guess_device(device, guess)
    return guess


def _matching(
    devices: list[Primitive], guess: Draft, material: Material, tools: Tools
) -> tuple[list[Primitive], set[str]]:
    """Return the devices that come out as they were read, and the names of all that they make."""
    made, theirs = rendered(guess, tools), by_id(held.statement for held in material.held)
    if made is None:
        return [], set()
    cluster, ours = made
    wanted = fencing_resources(cluster)
    if LEVELS in ours and theirs.get(LEVELS) != ours[LEVELS]:
        return [], set()
    bans: dict[str, list[str]] = {}
    for ban in wanted.constraints:
        bans.setdefault(getattr(ban, "resource", ""), []).append(ban.id)
    names = {device.id: {device.id, *bans.get(device.id, ())} for device in devices}
    same = [
        device
        for device in devices
        if all(name in ours and theirs.get(name) == ours[name] for name in names[device.id])
    ]
    return same, {name for device in same for name in names[device.id]} | ({LEVELS} & ours.keys())


def _guess_device(device: Primitive, draft: Draft) -> None:
    assert device.agent is not None
    node = device.id.removeprefix(IPMI_PREFIX)
    given = {name: str(value) for name, value in device.parameters.items() if name not in _OURS}
    if device.agent.type == "fence_ipmilan" and device.id.startswith(IPMI_PREFIX) and node in draft.nodes:
        draft.nodes[node]["fencing"] = {"ipmi": _board(device, given)}
        return
    entry: Section = {"agent": device.agent.type}
    if given:
        entry["parameters"] = {name: _parameter(name, value, device.id) for name, value in given.items()}
    if ports := str(device.parameters.get("pcmk_host_map", "")):
        entry["nodes"] = dict(part.partition(":")[::2] for part in ports.split(";") if part)
    else:
        entry["nodes"] = str(device.parameters.get("pcmk_host_list", "")).split()
    for key in ("delay_base", "delay_max"):
        value = str(device.parameters.get(f"pcmk_{key}", ""))
        if value and ":" not in value:
            entry[key.removesuffix("_base")] = value
    monitor = next((op.interval_s for op in device.operations if op.name == "monitor"), None)
    if monitor not in {None, 60.0}:
        entry["monitor"] = f"{monitor:g}s"
    draft.fencing["devices"] = {**draft.fencing.get("devices", {}), device.id: entry}


def _board(device: Primitive, given: dict[str, str]) -> Any:
    """Return a node's IPMI board, as short as it can be said."""
    usual = {name for name, value in given.items() if _BOARD.get(name) == value}
    entry = {"address": given.get("ip", "")}
    for name, value in given.items():
        if name in _IPMI and name != "ip" and name not in usual:
            entry[_IPMI[name]] = _own(name, value, device.id)
    further = {name: _parameter(name, value, device.id) for name, value in given.items() if name not in _IPMI}
    if further:
        entry["parameters"] = further  # type: ignore[assignment]
    return entry if len(entry) > 1 else entry["address"]


def _own(name: str, value: str, device: str) -> Any:
    """Return a parameter as the key of its own takes it."""
    if name == "lanplus":
        return value not in {"0", "false", "no"}
    if name in {"ipport", "cipher"} and value.isdecimal():
        return int(value)
    return f"{value}s" if name == "power_wait" else _parameter(name, value, device)


def _parameter(name: str, value: str, device: str) -> Any:
    return {"env": environment(device, name)} if value == REFERENCE else value


def _say_secrets(material: Material, draft: Draft, devices: list[Primitive]) -> None:
    """The CIB has references; say where this file wants the values."""
    for device in devices:
        draft.secrets.pop(device.id, None)
        for name, value in device.parameters.items():
            if value == REFERENCE:
                material.say(Severity.INFO, None, "secret-elsewhere",
                             f"the value of {name} of {device.id} is not in the CIB, and so in no input",
                             "the file refers to an environment variable",
                             f"put it into {environment(device.id, name)}, or write {{file: PATH}} there")  # fmt: skip
