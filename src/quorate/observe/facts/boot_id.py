"""The kernel's id of this boot: a different one proves that the node was down in between (proc(5), random(4))."""

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("cat", "/proc/sys/kernel/random/boot_id")


def parse(output: str, status: int) -> str:
    """Return the id."""
    if status != 0 or not output.strip():
        raise Unknown("The boot id cannot be read.")
    return output.strip()
