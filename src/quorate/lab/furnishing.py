"""Furnishing a lab: the keys by which one logs in, shared directories, and every node's disk and papers.

Done once, before anything is powered on. Does I/O (disk, ssh-keygen).
"""

import asyncio
import shutil
from pathlib import Path

from quorate.lab import processes
from quorate.lab.kind import NodesOfAKind
from quorate.lab.places import Places
from quorate.lab.plan import LabNode, LabPlan
from quorate.lab.storage import Storage, share


async def furnish(plan: LabPlan, places: Places, nodes: NodesOfAKind, image: Path, storage: Storage) -> None:
    """Make the keys and the shared directories, and write every node's disk. nodes: the module of their kind."""
    keys = places.directory / "keys"
    keys.mkdir()
    share(places, storage)
    await asyncio.gather(*(_make_key(keys / name) for name in ["client", *(f"node-{n.name}" for n in plan.nodes)]))
    (keys / "client").rename(places.client_key)
    authorized = (keys / "client.pub").read_text()
    known = []
    for node in plan.nodes:
        private, public = keys / f"node-{node.name}", keys / f"node-{node.name}.pub"
        nodes.prepare(plan, node, places, image=image, keys=(private.read_text(), authorized), storage=storage)
        known.append(f"{','.join(_ssh_names(plan, node))} {' '.join(public.read_text().split()[:2])}\n")
    places.known_hosts.write_text("".join(known))
    shutil.rmtree(keys)


def _ssh_names(plan: LabPlan, node: LabNode) -> list[str]:
    names = sorted(name for name, owner in plan.names.items() if owner == node.name)
    return names if node.ssh_port == 22 else [f"[{name}]:{node.ssh_port}" for name in names]


async def _make_key(path: Path) -> None:
    await processes.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path))
