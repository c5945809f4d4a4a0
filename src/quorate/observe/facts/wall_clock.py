"""What the node's wall clock shows, and nothing of what keeps it right (`clock` asks that, too, and takes longer)."""

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("date", "+%s.%N")


def parse(output: str, status: int) -> float:
    """Return the seconds since 1970."""
    if status != 0:
        raise Unknown("The clock could not be read.")
    return float(output)
