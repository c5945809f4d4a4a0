"""Furnishing a lab: the keys by which one logs in, shared directories, and every node's disk and papers.

Done before anything is powered on; again for nodes that come later, and for one that gets a new machine. Does I/O
(disk, ssh-keygen).
"""

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from quorate.lab import processes
from quorate.lab.kind import NodesOfAKind
from quorate.lab.places import Places
from quorate.lab.plan import LabNode, LabPlan
from quorate.lab.storage import Storage, share


async def furnish(plan: LabPlan, places: Places, nodes: NodesOfAKind, image: Path, storage: Storage) -> None:
    """Make the keys and the shared directories, and write every node's disk. nodes: the module of their kind."""
    share(places, storage)
    await _make_key(places.client_key)
    places.client_key.with_suffix(".pub").rename(places.authorized)
    await equip(plan, places, nodes, image=image, storage=storage, chosen=plan.nodes)


async def equip(
    plan: LabPlan, places: Places, nodes: NodesOfAKind, *, image: Path, storage: Storage, chosen: Iterable[LabNode]
) -> None:
    """Write the disks of these nodes, each with a host key of its own, and make all nodes' keys known."""
    keys = places.directory / "keys"
    shutil.rmtree(keys, ignore_errors=True)  # of an `up` that was killed
    keys.mkdir()
    chosen = list(chosen)
    await asyncio.gather(*(_make_key(keys / node.name) for node in chosen))
    new = {}
    for node in chosen:
        pair = (keys / node.name).read_text(), places.authorized.read_text()
        nodes.prepare(plan, node, places, image=image, keys=pair, storage=storage)
        new[node.name] = " ".join((keys / f"{node.name}.pub").read_text().split()[:2])
    before = places.known_hosts.read_text() if places.known_hosts.exists() else ""
    fresh = places.known_hosts.with_suffix(".new")
    fresh.write_text(known_hosts(plan, before, new))
    fresh.replace(places.known_hosts)
    shutil.rmtree(keys)


def known_hosts(plan: LabPlan, before: str, new: Mapping[str, str]) -> str:
    """Return the known_hosts file (sshd(8)): each node's names with its key, new or as before; all others stay."""
    keys = {names: key for names, _, key in (line.partition(" ") for line in before.splitlines())}
    lines = []
    for node in plan.nodes:
        names = {*_ssh_names(plan, node)}
        old = next((known for known in keys if _entry(node.name, node) in known.split(",")), "")
        key = new.get(node.name) or keys[old]
        keys.pop(old, None)
        lines.append(f"{','.join(sorted({*names, *filter(None, old.split(','))}))} {key}\n")
    return "".join(lines + [f"{names} {key}\n" for names, key in keys.items()])


def _ssh_names(plan: LabPlan, node: LabNode) -> list[str]:
    return [_entry(name, node) for name in sorted(name for name, owner in plan.names.items() if owner == node.name)]


def _entry(name: str, node: LabNode) -> str:
    return name if node.ssh_port == 22 else f"[{name}]:{node.ssh_port}"


async def _make_key(path: Path) -> None:
    await processes.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path))
