"""What is mounted where, by findmnt(8), in the order in which it was mounted."""

import json
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("findmnt", "--json", "--list", "--output", "TARGET,SOURCE,FSTYPE,OPTIONS")


@dataclass(frozen=True, slots=True)
class Mounted:
    """One mount. source: a device, HOST:/PATH, or DEVICE[/directory] of a bind mount. options as in /proc/mounts."""

    directory: str
    source: str
    type: str
    options: tuple[str, ...]


def parse(output: str, status: int) -> tuple[Mounted, ...]:
    """Return all mounts."""
    if status != 0:
        raise Unknown("What is mounted is not known: findmnt failed.")
    return tuple(
        Mounted(entry["target"], entry["source"] or "", entry["fstype"], tuple((entry["options"] or "").split(",")))
        for entry in json.loads(output)["filesystems"]
    )
