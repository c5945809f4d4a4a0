"""Interfaces: which interface of a host has an address, or leads to one (iproute2's ip, with its JSON)."""

import json

from quorate.machines.host import Host, command


def first(output: str) -> str:
    """Return the first interface in the output of `ip -json`; "" if there is none. Pure."""
    return next((str(one.get("dev") or one.get("ifname")) for one in json.loads(output or "[]") if one), "")


async def with_address(host: Host, address: object) -> str:
    """Return the interface that has the address, "" where none has."""
    shown = await host.run(command("ip", "-json", "address", "show", "to", address), check=False)
    return first(shown.stdout)


async def towards(host: Host, address: object) -> str:
    """Return the interface by which the host would reach the address."""
    return first((await host.run(command("ip", "-json", "route", "get", address))).stdout)
