"""Growing a lab that is up: nodes, networks, cables and addresses that the file has since been given are added.

Nothing is taken away: the machine of a node that the file no longer has runs on, as a server does until somebody pulls
its plug; an address that was replaced is there until the node's power is cut. What cannot be changed while nodes run is
refused. Does I/O (netlink, disk).
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quorate.errors import Refused
from quorate.lab import cables, network, papers
from quorate.lab.furnishing import equip
from quorate.lab.kind import Kind, NodesOfAKind
from quorate.lab.places import Places
from quorate.lab.plan import LabNode, LabPlan
from quorate.lab.storage import Storage


@dataclass(frozen=True, slots=True)
class Growth:
    """What is to be added. cables: by node, its papers of new cables; addresses: (node, card, address)."""

    nodes: tuple[LabNode, ...]
    cables: tuple[tuple[LabNode, dict[str, Any]], ...]
    addresses: tuple[tuple[LabNode, str, str], ...]

    def __str__(self) -> str:
        said = [f"node {node.name}" for node in self.nodes]
        said += [f"a network card of {node.name}" for node, _ in self.cables]
        said += [f"{address} of {node.name}" for node, _, address in self.addresses]
        return ", ".join(said)


def only(node: LabNode) -> Growth:
    """Return the growth by one node: it gets a disk and papers."""
    return Growth((node,), (), ())


def fixed(plan: LabPlan) -> dict[str, str]:
    """Return, by node and network, a digest of what does not change as long as the lab is up."""
    parts: dict[str, object] = {
        node.name: (node.machine, node.namespace, node.ssh_port, node.ssh_user, node.bmc) for node in plan.nodes
    }
    parts |= {bridge.name: (bridge.network, bridge.mac, bridge.address) for bridge in plan.bridges}
    return {name: hashlib.sha256(repr(part).encode()).hexdigest() for name, part in parts.items()}


def growth(plan: LabPlan, places: Places, kind: Kind, known: Mapping[str, str]) -> Growth:
    """Return what the lab lacks. known: what `fixed` was when it last grew. Refused: it can not become so while up."""
    new = fixed(plan)
    changed = sorted(name for name in new.keys() & known.keys() if new[name] != known[name])
    for number, one in enumerate(plan.bridges):
        changed += [
            f"{one.network} and {other.network}"
            for other in plan.bridges[number + 1 :]
            if one.network.version == other.network.version and one.network.overlaps(other.network)
        ]
    there = [node for node in plan.nodes if (places.node(node.name) / "chassis.json").exists()]
    lacking = [(node, cable) for node in there for cable in _new_cables(node, places)]
    addresses = [found for node in there for found in _new_addresses(node, places)]
    if kind == "kernel" and (lacking or addresses):
        changed += sorted({node.name for node, _ in lacking} | {node.name for node, _, _ in addresses})
    if changed:
        raise Refused(
            f"The lab {plan.name} is up, and cannot change while it is: {', '.join(dict.fromkeys(changed))}.",
            "Take it down first: quorate lab down FILE.",
        )
    return Growth(tuple(node for node in plan.nodes if node not in there), tuple(lacking), tuple(addresses))


async def grow(
    plan: LabPlan, places: Places, nodes: NodesOfAKind, *, image: Path, storage: Storage, found: Growth
) -> None:
    """Add it, all but the power: networks, then cables and addresses of nodes that are there, then new nodes' disks."""
    await asyncio.to_thread(network.build, plan)
    for node, cable in found.cables:
        await asyncio.to_thread(cables.plug_in, plan.namespace, node.namespace, _cable(cable))
    for node, card, address in found.addresses:
        await asyncio.to_thread(network.give_node, node.namespace, card, address)
    changed = [node for node, _ in found.cables] + [node for node, _, _ in found.addresses]
    for node in {node.name: node for node in changed}.values():
        _write_down(node, places)
    await equip(plan, places, nodes, image=image, storage=storage, chosen=found.nodes)


def _old(node: LabNode, places: Places) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((places.node(node.name) / "chassis.json").read_text())
    return known


def _new_cables(node: LabNode, places: Places) -> Iterator[dict[str, Any]]:
    known = {cable["port"] for cable in _old(node, places)["cables"]}
    yield from (cable for cable in papers.cables_of(node) if cable["port"] not in known)


def _new_addresses(node: LabNode, places: Places) -> Iterator[tuple[LabNode, str, str]]:
    known = {cable["port"]: cable["addresses"] for cable in _old(node, places)["cables"]}
    for cable in papers.cables_of(node):
        for address in cable["addresses"]:
            if cable["port"] in known and address not in known[cable["port"]]:
                yield node, cable["name"], address


def _cable(written: Mapping[str, Any]) -> cables.Cable:
    return cables.Cable(
        **{key: written[key] for key in ("name", "mac", "port", "bridge")},
        addresses=tuple(written["addresses"]),
        routes=tuple((str(net), str(router)) for net, router in written["routes"]),
    )


def _write_down(node: LabNode, places: Places) -> None:
    """Write the node's papers for its next power-on: the cables of the file, and those that it once had."""
    path = places.node(node.name) / "chassis.json"
    own = _old(node, places)
    new = {cable["port"]: cable for cable in papers.cables_of(node)}
    own["cables"] = list(({cable["port"]: cable for cable in own["cables"]} | new).values())
    own["ports"] = [cable["port"] for cable in own["cables"]]
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(own, indent=1))
    fresh.replace(path)
