"""What DRBD's metadata on a host's disk says of the data there, by `drbdadm get-gi` (drbdmeta(8)). Nothing is changed.

It answers whether the resource is up or not; where there is no metadata, or no configuration, it is Unknown.
"""

from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import Command, command

# UUID_JUST_CREATED of the kernel's include/linux/drbd.h; the lowest bit says only that the device is primary.
JUST_CREATED = 4


@dataclass(frozen=True, slots=True)
class Generation:
    """uuid: identifies the state of the data, hexadecimal. consistent, up_to_date: as this host last knew."""

    uuid: str
    consistent: bool
    up_to_date: bool

    @property
    def is_fresh(self) -> bool:
        """Whether nobody has ever written: the metadata was made and no side was made the first."""
        return int(self.uuid, 16) & ~1 == JUST_CREATED


def command_for(resource: str) -> Command:
    """Return the query about one resource. DRBD 9 writes one line per peer; the fields used here are the same."""
    return command("drbdadm", "get-gi", resource)


def parse(output: str, status: int) -> Generation:
    """Read CURRENT:BITMAP:HISTORY:HISTORY:CONSISTENT:UPTODATE:..."""
    lines = output.strip().splitlines()
    fields = lines[0].split(":") if lines else []
    if status != 0 or len(fields) < 6:
        raise Unknown("There is no DRBD metadata, or no configuration for it.")
    return Generation(fields[0], fields[4] == "1", fields[5] == "1")
