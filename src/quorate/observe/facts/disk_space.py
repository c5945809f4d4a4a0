"""Free space where given paths lie, by GNU df(1)."""

from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import Command, command


@dataclass(frozen=True, slots=True)
class Space:
    """One mounted file system. free_bytes: what an ordinary user may still use. inodes_free: None if not counted."""

    mounted_on: str
    source: str
    type: str
    size_bytes: int
    free_bytes: int
    inodes_free: int | None

    @property
    def used_percent(self) -> float:
        """Share that cannot be written to any more, 0 to 100."""
        return 100 * (1 - self.free_bytes / self.size_bytes) if self.size_bytes else 0


def command_for(*paths: str) -> Command:
    """Return the query. Paths that do not exist are left out of the answer."""
    return command("df", "--block-size=1", "--output=source,fstype,size,avail,itotal,iavail,target", "--", *paths)


def parse(output: str, status: int) -> tuple[Space, ...]:
    """Return one entry per path that exists, in that order."""
    found = []
    for line in output.splitlines()[1:]:
        source, kind, size, free, inodes, inodes_free, target = line.split(None, 6)
        counted = inodes not in {"0", "-"}
        found.append(Space(target, source, kind, int(size), int(free), int(inodes_free) if counted else None))
    if not found and status != 0:
        raise Unknown("The free space is not known: df failed.")
    return tuple(found)
