"""What a container node is made of: an overlay over the image, and its papers. boot.py boots it. Does I/O (disk).

kernel.py answers the same questions for kernel nodes.
"""

import json
from pathlib import Path

from quorate.lab import cgroup, network, papers, processes
from quorate.lab.places import Places
from quorate.lab.plan import Card, LabNode, LabPlan
from quorate.lab.storage import Storage, shared_directory_file


def prepare(
    plan: LabPlan, node: LabNode, places: Places, *, image: Path, keys: tuple[str, str], storage: Storage
) -> None:
    """Write a node's disk and papers. keys: its OpenSSH private key, and the public ones it lets in, one a line."""
    directory = places.node(node.name)
    papers.write_files(directory / "upper", plan, node, *keys)
    for name in ("work", "root", "cut"):
        (directory / name).mkdir(exist_ok=True)
    binds = [[str(places.directory / shared_directory_file(path)), path] for path in storage.directories]
    own = papers.of_node(plan, node, directory, "quorate.lab.boot") | {
        "image": str(image),
        "machine": node.machine,
        "namespace": node.namespace,
        "binds": binds,
    }
    (directory / "chassis.json").write_text(json.dumps(own, indent=1))


def is_ready(group: Path, _directory: Path, port: int) -> bool:
    """Tell whether sshd listens in the node whose cgroup is `group`, without a connection to it."""
    init = cgroup.processes(group / "payload" / "init.scope")
    return bool(init) and network.listens(init[0], port)


def plug(plan: LabPlan, card: Card, *, up: bool) -> None:
    """Plug a cable in or pull it out: the node sees its carrier go."""
    network.set_port(plan.namespace, card.port, up=up)


async def journal(directory: Path, lines: int) -> str:
    """Return a node's journal, read from its disk; its last `lines` lines, or all (0)."""
    files = directory / "upper/var/log/journal"
    if not files.is_dir():
        return ""
    read = ["journalctl", f"--directory={files}", "--no-pager", "--output=short-precise", "--quiet"]
    return await processes.run(*read, *([f"--lines={lines}"] if lines else []))
