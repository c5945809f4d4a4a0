"""The node's clock: what it shows, and whether something keeps it right (timedatectl(1), chronyc(1)).

The time is read twice, before and after the slower questions, so that `offset` can take their duration out.
"""

from dataclasses import dataclass

from quorate.errors import Unknown
from quorate.machines.host import command

SCRIPT = """date +%s.%N
timedatectl show --property=NTP --property=NTPSynchronized 2>/dev/null
chronyc -c -n tracking 2>/dev/null | sed s/^/chrony=/
date +%s.%N"""

COMMAND = command("sh", "-c", SCRIPT)


@dataclass(frozen=True, slots=True)
class Clock:
    """first_s, last_s: seconds since 1970 at the start and the end of the question.

    synchronised: whether the kernel or chrony says that a time server steers it; None where neither could be asked.
    service: a time service is enabled, None where that is not known. chrony_offset_s: how far chrony thinks it is off.
    """

    first_s: float
    last_s: float
    synchronised: bool | None
    service: bool | None
    chrony_offset_s: float | None


@dataclass(frozen=True, slots=True)
class Offset:
    """How far the node's clock is ahead of this machine's (behind: negative), give or take `uncertainty_s`."""

    seconds: float
    uncertainty_s: float


def parse(output: str, status: int) -> Clock:
    """Read the times and what the time services say."""
    lines = output.split()
    times = [float(line) for line in lines if line.replace(".", "", 1).isdigit()]
    if status != 0 or len(times) != 2:
        raise Unknown("The clock could not be read.")
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    chrony = values.get("chrony", "").split(",")
    by_chrony = len(chrony) >= 14
    synchronised = _yes(values.get("NTPSynchronized"))
    if by_chrony and not synchronised:
        synchronised = chrony[13] in {"Normal", "Insert second", "Delete second", "Insert", "Delete"}
    return Clock(
        first_s=times[0],
        last_s=times[1],
        synchronised=synchronised,
        service=True if by_chrony else _yes(values.get("NTP")),
        chrony_offset_s=float(chrony[4]) if by_chrony else None,
    )


def offset(clock: Clock, asked_s: float, answered_s: float) -> Offset:
    """Compute the offset as NTP does (RFC 5905, 8) from this machine's own time before and after the question."""
    away_s = ((clock.first_s - asked_s) + (clock.last_s - answered_s)) / 2
    travel_s = (answered_s - asked_s) - (clock.last_s - clock.first_s)
    return Offset(away_s, max(travel_s, 0) / 2)


def _yes(word: str | None) -> bool | None:
    return None if word is None else word == "yes"
