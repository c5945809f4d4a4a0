"""Which Corosync is installed, by `corosync -v` (corosync(8)). What runs may be older, until it is restarted."""

import re
from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("corosync", "-v")

VERSION = re.compile(r"version '?(\d+)\.(\d+)([^'\s]*)")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """number: its first two parts, (3, 1). text: all of it, "3.1.7"."""

    number: tuple[int, int]
    text: str


def parse(output: str, status: int) -> Version:
    """Read what it prints; Unknown where there is none."""
    if match := VERSION.search(output):
        return Version((int(match[1]), int(match[2])), f"{match[1]}.{match[2]}{match[3]}")
    raise Unknown(f"Corosync's version is not known: corosync -v ended with status {status}.", "Is it installed there?")
