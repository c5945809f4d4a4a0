"""What a kernel node is made of: a copy-on-write file over the image's disk, disks of its own, a line, its papers.

A directory of this machine, `host`, is all that the node sees of it (kernel_image.py says what it does with it). The
line is a pipe into the node's serial port: it works when no cable does. kernel_boot.py boots the node; container.py
answers the same questions for containers. Does I/O (disk).
"""

import asyncio
import json
import time
from pathlib import Path

from quorate.errors import CommandFailed, TimedOut, UsageError
from quorate.lab import chassis, kernel_image, papers, taps, user_mode_linux
from quorate.lab.places import Places
from quorate.lab.plan import Card, LabNode, LabPlan
from quorate.lab.storage import LabDisk, Storage, shared_directory_file

BARE_MB = 512
MEMORY_MB = 768  # at least
CLAIMED = 2
"""Memory for each MiB that a node's services claim when they start: they grow, and what sets them up is as large."""

# A kernel node boots in three seconds, a server in minutes, long after its services have found another node. Back in
# the middle of that, it would be asked what it runs, and everything would wait for its slow agents.
FIRMWARE_S = 30.0
ANSWER_TIMEOUT_S = 15.0


def prepare(
    plan: LabPlan, node: LabNode, places: Places, *, image: Path, keys: tuple[str, str], storage: Storage
) -> None:
    """Write a node's disks and papers. keys: its OpenSSH private key, and the public ones it lets in, one a line."""
    directory = places.node(node.name)
    host = directory / "host"
    papers.write_files(host / "files", plan, node, *keys)
    for path in (directory / "cut", directory / "failed", host / "answers"):
        path.mkdir(exist_ok=True)
    (host / "shared").symlink_to("../../../shared")
    for disk in storage.disks.get(node.name, ()):
        file = places.directory / disk.file
        file.parent.mkdir(exist_ok=True)
        with file.open("ab") as content:
            content.truncate(disk.size_bytes)
    own = papers.of_node(plan, node, directory, "quorate.lab.kernel_boot") | {
        "kernel": str(user_mode_linux.of_lab(places.root).program),
        "image": str(image / kernel_image.DISK),
        "memory_mb": max(MEMORY_MB, BARE_MB + CLAIMED * storage.claims_mib.get(node.name, 0)),
        "firmware_s": max(plan.firmware_s, FIRMWARE_S),
        "line": "line",
        "disks": [_disk_papers(places, disk) for disk in storage.disks.get(node.name, ())],
        "mounts": [[shared_directory_file(path), path] for path in storage.directories],
    }
    (directory / "chassis.json").write_text(json.dumps(own, indent=1))


def _disk_papers(places: Places, disk: LabDisk) -> dict[str, object]:
    return {
        "name": disk.name,
        "unit": disk.unit,
        "file": str(places.directory / disk.file),
        "shared": disk.shared,
        "tables": [disk.table(failed=False), disk.table(failed=True)],
    }


def is_ready(_group: Path, directory: Path, _port: int) -> bool:
    """Tell whether sshd listens in a node, which says so itself, without a connection to it."""
    return (directory / "host/ready").exists()


def plug(plan: LabPlan, card: Card, *, up: bool) -> None:
    """Plug a cable in or pull it out: nothing comes through, though the node's card keeps its carrier."""
    taps.plug(plan.namespace, card.port, card.bridge if up else None)


async def journal(_directory: Path, _lines: int) -> str:
    """Return nothing: a kernel node's journal goes to its console, for its disk can not be read from outside."""
    return ""


def is_failed(directory: Path, disk: LabDisk) -> bool:
    """Tell whether a node's disk has been made to fail."""
    return (directory / "failed" / disk.name).exists()


async def set_failed(directory: Path, disk: LabDisk, *, failed: bool, is_on: bool) -> None:
    """Make every read and write of a node's disk an error, or end that; it stays so over a power cycle."""
    mark = directory / "failed" / disk.name
    if failed:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    if is_on:
        await tell(directory, "table", disk.name, disk.table(failed=failed))


async def tell(directory: Path, *words: str) -> str:
    """Say words on the line to a node; return its answer. CommandFailed: it refuses; TimedOut: it does not listen."""
    number = str(time.monotonic_ns())
    try:
        chassis.say(directory / "line", number, *words)
    except OSError as error:
        raise UsageError(f"Node {directory.name} is off.", "Switch it on first.") from error
    answer = directory / "host/answers" / number
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while not answer.exists():
        if time.monotonic() > deadline:
            raise TimedOut(f"Node {directory.name} does not answer on its line.", "It boots, hangs or is frozen.")
        await asyncio.sleep(0.02)
    status, _, text = answer.read_text().strip().partition(" ")
    answer.unlink()
    if status != "0":
        raise CommandFailed(f"Node {directory.name} could not do `{' '.join(words)}`: {text}")
    return text
