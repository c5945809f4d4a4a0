"""References: names in one part of the file that must exist in another, and ids that must be unique. Pure.

Only what makes a cluster impossible is an error here; whatever is a judgement belongs to the room `check`.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from quorate.describe.derive.fencing import IPMI_PREFIX
from quorate.describe.derive.nodes import node_id
from quorate.describe.problems import Path, Problem, problem
from quorate.describe.sections import fencing, resources
from quorate.describe.sections.whole import File
from quorate.describe.service import ServiceOptions
from quorate.dialect import model
from quorate.dialect.crm.references import identity
from quorate.dialect.model import Configuration

APART = (model.Node, model.AclTarget, model.AclUser)
"""Statements of a text whose names are of their own kind, and no ids of resources."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names a file holds, those of entries too that could not be read (and are missing in its File)."""

    nodes: tuple[str, ...]
    devices: tuple[str, ...]
    resources: tuple[str, ...]
    services: tuple[str, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Names":
        """Return the names in the data of a file."""
        fences = _keys(data, "fencing")
        devices = _keys(data["fencing"], "devices") if "devices" in fences else ()
        return cls(_keys(data, "nodes"), devices, _keys(data, "resources"), _keys(data, "services"))


def _keys(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key)
    return tuple(value) if isinstance(value, Mapping) else ()


def references(
    file: File, services: Mapping[str, ServiceOptions], names: Names, text: Configuration
) -> Iterator[Problem]:
    """Yield what does not fit together.

    services: the validated entries of the section `services`. names: those of the file's own data, so that an entry
    with a mistake in it is not reported a second time as unknown. text: what the section `resources` says as text.
    """
    names = replace(names, resources=(*names.resources, *filter(None, map(identity, text.statements))))
    yield from _node_ids(file, names)
    yield from _nodes(file, services, names)
    yield from _links(file, names)
    yield from _devices(file, names)
    yield from _shared(file, names)
    yield from _ids(file, text)
    yield from _members(file, names)
    yield from _constraints(file, names)


def _unknown(what: str, name: str, known: Iterable[str], path: Path, *, of_key: bool = False) -> Problem:
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, names, n=1)
    listed = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
    choice = f"write one of: {listed}" if names else f"describe a {what} of that name"
    fix = f"did you mean {near[0]}?" if near else choice
    code = f"unknown-{what.replace(' ', '-')}"
    why = f"the file describes no {what} of that name"
    return problem(code, f'there is no {what} "{name[:60]}"', why, fix, path, of_key=of_key)


def _node_ids(file: File, names: Names) -> Iterator[Problem]:
    owner: dict[int, str] = {}
    complete = len(file.nodes) == len(names.nodes)  # else positions are not those of the file
    for name in file.nodes if complete else [name for name, node in file.nodes.items() if node.id is not None]:
        number = node_id(file, name)
        if number in owner:
            other = owner[number]
            derived = [each for each in (other, name) if file.nodes[each].id is None]
            note = f" ({derived[0]} has it from its position in the file)" if derived else ""
            path: Path = ("nodes", name, "id") if file.nodes[name].id is not None else ("nodes", other, "id")
            yield problem(
                "duplicate-node-id",
                f"{other} and {name} both have the node id {number}{note}",
                "Corosync tells nodes apart by their ids",
                "give each node an id of its own, or leave all ids out",
                path,
            )
        owner.setdefault(number, name)


def _nodes(file: File, services: Mapping[str, ServiceOptions], names: Names) -> Iterator[Problem]:
    for name, path in _node_mentions(file, services):
        if name not in names.nodes:
            words = ("lowest", "highest") if path[-1] == "tie_breaker" else ()
            yield _unknown("node", name, (*words, *names.nodes), path, of_key=path[-1] == name)


def _links(file: File, names: Names) -> Iterator[Problem]:
    """Yield settings of links on which no node has an address."""
    most = max(len(node.links) for node in file.nodes.values())
    tuned = file.corosync.links if file.corosync and len(file.nodes) == len(names.nodes) else ()
    for number in range(most, len(tuned)):
        summary = f"corosync.links has an entry for link {number}, on which no node has an address"
        why = "links count from 0, and the i-th entry tunes the i-th address of each node"
        fix = f"remove the entry, or give the nodes {number + 1} addresses each"
        yield problem("link-without-nodes", summary, why, fix, ("corosync", "links", number))


def _node_mentions(file: File, services: Mapping[str, ServiceOptions]) -> Iterator[tuple[str, Path]]:
    """Yield every node name that the file mentions outside the section `nodes`."""
    for service, options in services.items():
        yield from ((name, ("services", service, "nodes", i)) for i, name in enumerate(options.nodes))
    if file.fencing:
        for device, entry in file.fencing.devices.items():
            base: Path = ("fencing", "devices", device, "nodes")
            keyed = isinstance(entry.nodes, Mapping)
            yield from ((name, (*base, name if keyed else i)) for i, name in enumerate(entry.nodes))
        yield from ((name, ("fencing", "levels", name)) for name in file.fencing.levels)
        if file.fencing.delay:
            yield file.fencing.delay.favour, ("fencing", "delay", "favour")
    if file.quorum and isinstance(file.quorum.auto_tie_breaker, tuple):
        for i, name in enumerate(file.quorum.auto_tie_breaker):
            yield name, ("quorum", "auto_tie_breaker", i)
    if file.quorum and file.quorum.device and file.quorum.device.tie_breaker not in {None, "lowest", "highest"}:
        yield str(file.quorum.device.tie_breaker), ("quorum", "device", "tie_breaker")
    for i, constraint in enumerate(file.constraints):
        if isinstance(constraint, resources.Location):
            yield constraint.node, ("constraints", i, "node")
    for shared, part in file.shared.items():
        yield from ((name, ("shared", shared, "nodes", i)) for i, name in enumerate(part.nodes))
        if isinstance(part.links, Mapping):
            yield from ((name, ("shared", shared, "links", name)) for name in part.links)


def _fence_victims(file: File) -> dict[str, set[str]]:
    """Return the fencing devices, derived ones too, with the nodes they fence."""
    victims = {IPMI_PREFIX + name: {name} for name, node in file.nodes.items() if node.fencing and node.fencing.ipmi}
    section = file.fencing or fencing.Fencing()
    return victims | {name: set(device.nodes) for name, device in section.devices.items()}


def _devices(file: File, names: Names) -> Iterator[Problem]:
    victims = _fence_victims(file)
    unread = _unread_devices(file, names)
    section = file.fencing or fencing.Fencing()
    for node, levels in section.levels.items():
        for i, level in enumerate(levels):
            for j, device in enumerate(level):
                path: Path = ("fencing", "levels", node, i, j)
                if device in unread:
                    continue
                if device not in victims:
                    yield _unknown("fencing device", device, victims, path)
                elif node in file.nodes and node not in victims[device]:
                    summary, why = f"{device} does not fence {node}", "this level would fail each time it is tried"
                    fix = f"add {node} to the nodes of {device}, or remove it here"
                    yield problem("level-cannot-fence", summary, why, fix, path)


def _unread_devices(file: File, names: Names) -> set[str]:
    """Return the devices whose entries could not be read."""
    boards = {IPMI_PREFIX + node for node in names.nodes if node not in file.nodes}
    return {*names.devices, *boards} - set(_fence_victims(file))


def _shared(file: File, names: Names) -> Iterator[Problem]:
    """Yield links and fencing devices of shared parts that the file does not have."""
    victims, unread = _fence_victims(file), _unread_devices(file, names)
    for name, part in file.shared.items():
        base: Path = ("shared", name)
        for i, device in enumerate(part.devices):
            if device not in victims and device not in unread:
                yield _unknown("fencing device", device, victims, (*base, "devices", i))
        yield from _shared_links(file, part.links, (*base, "links"), names)
        if part.quorum_device and not (file.quorum and file.quorum.device):
            why, fix = "the section quorum has no device", "describe quorum.device, or remove this line"
            yield problem("unknown-quorum-device", "there is no quorum device", why, fix, (*base, "quorum_device"))
        if part.kind == "switch" and part.nodes:
            why = "a node whose switch fails runs on; what it loses are links"
            fix = "name the links that go through the switch, e.g. `links: 0` for link 0 of every node"
            summary = f"the switch {name} names nodes, which do not fail with it"
            yield problem("switch-with-nodes", summary, why, fix, (*base, "nodes"), of_key=True)


def _shared_links(
    file: File, links: tuple[int, ...] | dict[str, tuple[int, ...]] | None, path: Path, names: Names
) -> Iterator[Problem]:
    """Yield link numbers that no node has, or, where they are given for a node, that this one has not."""
    complete = len(file.nodes) == len(names.nodes)
    most = max(len(node.links) for node in file.nodes.values())
    if isinstance(links, Mapping):
        each = [
            (number, len(file.nodes[name].links), name, (*path, name, i))
            for name, numbers in links.items()
            for i, number in enumerate(numbers)
            if name in file.nodes
        ]
    else:
        each = [(number, most, "no node", (*path, i)) for i, number in enumerate(links or ()) if complete]
    for number, count, who, where in each:
        if number >= count:
            summary = f"{who} has a link {number}" if who == "no node" else f"{who} has no link {number}"
            why = "links count from 0, in the order of a node's addresses"
            fix = "write 0" if count == 1 else f"write a number from 0 to {count - 1}"
            yield problem("unknown-link", summary, why, fix, where)


def _ids(file: File, text: Configuration) -> Iterator[Problem]:
    """Yield names that would stand twice in the CIB, where each id is unique."""
    taken = dict.fromkeys(_fence_victims(file), "a fencing device")
    for name in (file.fencing or fencing.Fencing()).devices:
        if name.removeprefix(IPMI_PREFIX) in file.nodes and name.startswith(IPMI_PREFIX):
            node = file.nodes[name.removeprefix(IPMI_PREFIX)]
            if node.fencing and node.fencing.ipmi:
                yield _twice(name, "the IPMI board of a node", ("fencing", "devices", name))
    said = [said_id for item in text.statements if not isinstance(item, APART) and (said_id := identity(item))]
    for section, names in (("services", file.services), ("resources", [*file.resources, *said])):
        for name in names:
            if name in taken:
                yield _twice(name, taken[name], (section, name))
            taken.setdefault(name, "a service" if section == "services" else "a resource")


def _twice(name: str, other: str, path: Path) -> Problem:
    why = "both would have the same id in the CIB"
    summary = f'"{name}" is already the name of {other}'
    return problem("duplicate-id", summary, why, "choose another name", path, of_key=True)


def _members(file: File, names: Names) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name, entry in file.resources.items():
        if isinstance(entry, resources.Group):
            allowed: tuple[type, ...] = (resources.Primitive,)
            mentions: list[tuple[str, Path]] = [
                (member, ("resources", name, "group", i)) for i, member in enumerate(entry.group)
            ]
        elif isinstance(entry, resources.Clone):
            allowed = (resources.Primitive, resources.Group)
            mentions = [(entry.clone, ("resources", name, "clone"))]
        else:
            yield from _template(file, name, entry, names)
            continue
        for member, path in mentions:
            if member in file.resources or member not in names.resources:
                yield from _member(file, name, member, allowed, path)
            if owner.setdefault(member, name) != name:
                why = "a resource stands in one place of the CIB only"
                summary = f"{member} is already a member of {owner[member]}"
                yield problem("member-twice", summary, why, "remove it in one of the two", path)


def _member(file: File, name: str, member: str, allowed: tuple[type, ...], path: Path) -> Iterator[Problem]:
    if member not in file.resources:
        yield _unknown("resource", member, [each for each in file.resources if each != name], path)
    elif not isinstance(file.resources[member], allowed):
        words = " and ".join(f"{kind.__name__.lower()}s" for kind in allowed)
        why = "Pacemaker's groups hold primitives, and its clones hold primitives or groups"
        yield problem("bad-member", f"{member} cannot be a member of {name}", why, f"members are {words}", path)


def _template(
    file: File, name: str, entry: resources.Primitive | resources.Template, names: Names
) -> Iterator[Problem]:
    if isinstance(entry, resources.Primitive) and isinstance(entry.primitive, resources.FromTemplate):
        template = entry.primitive.template
        unread = template in names.resources and template not in file.resources
        if not unread and not isinstance(file.resources.get(template), resources.Template):
            known = [each for each, other in file.resources.items() if isinstance(other, resources.Template)]
            yield _unknown("template", template, known, ("resources", name, "primitive", "template"))


def _constraints(file: File, names: Names) -> Iterator[Problem]:
    known = [*names.resources, *names.services]
    for i, entry in enumerate(file.constraints):
        if isinstance(entry, resources.Location):
            mentions = {"location": entry.location}
        elif isinstance(entry, resources.Colocation):
            mentions = {"colocation": entry.colocation, "with": entry.with_}
        else:
            mentions = {"order": entry.order, "then": entry.then}
        for key, name in mentions.items():
            inner = any(name.startswith(f"{service}-") for service in names.services)  # a part of a service
            if name not in known and not inner:
                yield _unknown("resource", name, known, ("constraints", i, key))
