"""Bonded network interfaces, by /proc/net/bonding (kernel documentation, networking/bonding: "Querying").

A host without the bonding driver has no such directory, and no bonds.
"""

import re
from dataclasses import dataclass

from quorate.machines.host import command

COMMAND = command("sh", "-c", 'cd /proc/net/bonding 2>/dev/null || exit 0; grep -H "" -- *')


@dataclass(frozen=True, slots=True)
class Bond:
    """One bond. mode: as in the cluster file, e.g. active-backup. active: the port that carries the traffic, or "".

    ports: its network cards, each with whether the driver holds it for working. watched: the driver looks whether they
    work at all (miimon or arp_interval); without, a dead card is never left.
    """

    name: str
    mode: str
    active: str
    ports: tuple[tuple[str, bool], ...]
    watched: bool

    @property
    def working(self) -> tuple[str, ...]:
        """The ports that work."""
        return tuple(name for name, works in self.ports if works)


# What the driver prints -> what its option `mode` is called.
MODES = {
    "load balancing (round-robin)": "balance-rr",
    "fault-tolerance (active-backup)": "active-backup",
    "load balancing (xor)": "balance-xor",
    "fault-tolerance (broadcast)": "broadcast",
    "IEEE 802.3ad Dynamic link aggregation": "802.3ad",
    "transmit load balancing": "balance-tlb",
    "adaptive load balancing": "balance-alb",
}
INTERVALS = ("MII Polling Interval (ms)", "ARP Polling Interval (ms)")


def parse(output: str, status: int) -> tuple[Bond, ...]:  # noqa: ARG001 - no bonds is no error
    """Return the bonds by name."""
    of_bond: dict[str, list[tuple[str, str]]] = {}
    for line in output.splitlines():
        found = re.match(r"([^:]+):\s*([^:]+):\s*(.*)$", line)
        if found:
            name, key, value = found.groups()
            of_bond.setdefault(name, []).append((key.strip(), value.strip()))
    return tuple(_bond(name, lines) for name, lines in sorted(of_bond.items()))


def _bond(name: str, lines: list[tuple[str, str]]) -> Bond:
    head: dict[str, str] = {}
    ports: list[tuple[str, bool]] = []
    for key, value in lines:
        if key == "Slave Interface":
            ports.append((value, False))
        elif ports and key == "MII Status":
            ports[-1] = (ports[-1][0], value == "up")
        elif not ports:
            head.setdefault(key, value)
    mode = head.get("Bonding Mode", "").partition(" (fail_over_mac")[0]
    active = head.get("Currently Active Slave", "")
    return Bond(
        name,
        MODES.get(mode, mode),
        "" if active == "None" else active,
        tuple(ports),
        watched=any(head.get(key, "0") != "0" for key in INTERVALS),
    )
