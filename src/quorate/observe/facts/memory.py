"""Memory of a host, from /proc/meminfo (proc_meminfo(5)), whose "kB" are 1024 bytes."""

import re
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("cat", "/proc/meminfo")
KIB = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """total_bytes: what the kernel has to give; available_bytes: what a new program can have without swapping."""

    total_bytes: int
    available_bytes: int
    swap_total_bytes: int
    swap_free_bytes: int


def parse(output: str, status: int) -> Memory:
    """Read the four lines that count."""
    found = {name: int(number) * KIB for name, number in re.findall(r"^(\w+):\s+(\d+) kB$", output, re.MULTILINE)}
    if status != 0 or "MemTotal" not in found:
        raise Unknown("The host's memory is not known: /proc/meminfo was not read.")
    free = found.get("MemAvailable", found.get("MemFree", 0))
    return Memory(found["MemTotal"], free, found.get("SwapTotal", 0), found.get("SwapFree", 0))
