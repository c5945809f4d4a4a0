"""Network interfaces with their addresses, by `ip -json address` (ip-address(8))."""

import json
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("ip", "-json", "address")


@dataclass(frozen=True, slots=True)
class Address:
    """One address. scope: global, link or host. secondary: added beside another one of the same network.

    tentative: an IPv6 address that is still being checked for duplicates and cannot be used yet.
    """

    value: IPv4Interface | IPv6Interface
    scope: str
    secondary: bool
    tentative: bool


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface. up: set up and with a carrier. state: operstate (UP, DOWN, UNKNOWN for those without one)."""

    name: str
    up: bool
    state: str
    mtu: int
    mac: str
    addresses: tuple[Address, ...]


def parse(output: str, status: int) -> tuple[Interface, ...]:
    """Return all interfaces in the kernel's order."""
    if status != 0:
        raise Unknown("The addresses are not known: ip failed.", "Install iproute2 on the node.")
    return tuple(
        Interface(
            name=link["ifname"],
            up={"UP", "LOWER_UP"} <= set(link["flags"]),
            state=link.get("operstate", "UNKNOWN"),
            mtu=link["mtu"],
            mac=link.get("address", ""),
            addresses=tuple(
                Address(
                    ip_interface(f"{entry['local']}/{entry['prefixlen']}"),
                    entry.get("scope", ""),
                    bool(entry.get("secondary")),
                    bool(entry.get("tentative")),
                )
                for entry in link.get("addr_info", ())
                if "local" in entry
            ),
        )
        for link in json.loads(output or "[]")
        if link
    )
