"""Packets: those between a node and others are dropped in the node's own packet filter (nft(8)), both ways.

Only the cluster's own addresses are concerned, so that the node is still reached by whoever drills. The table has a
name of its own and goes with one command; a reboot forgets it. The pure part makes the table and reads its counters.
"""

import json
from collections.abc import Iterable

from quorate.build.step import answer
from quorate.describe.cluster import Cluster, IPAddress
from quorate.drill import timers
from quorate.drill.aftermath import at
from quorate.machines.host import Host, command
from quorate.machines.waiting import until

TABLE = "quorate_drill"
TIMER = "packets"
DELETE = command("nft", "delete", "table", "inet", TABLE)
LIST = command("nft", "--json", "list", "table", "inet", TABLE)
CHAINS = {"in": ("input", "saddr"), "out": ("output", "daddr")}  # name -> hook, whose address is looked at


def table(others: Iterable[IPAddress]) -> str:
    """Return the table that drops all packets to or from these addresses."""
    addresses = sorted(set(others), key=lambda one: (one.version, int(one)))
    lines = [f"table inet {TABLE} {{"]
    for chain, (hook, field) in CHAINS.items():
        lines.append(f"  chain {chain} {{ type filter hook {hook} priority -200; policy accept;")
        for family, version in (("ip", 4), ("ip6", 6)):
            if found := ", ".join(str(one) for one in addresses if one.version == version):
                lines.append(f"    {family} {field} {{ {found} }} counter drop")
        lines.append("  }")
    return "\n".join([*lines, "}", ""])


def dropped(output: str) -> dict[str, int]:
    """Return how many packets each chain has dropped, by `nft --json list table`."""
    found: dict[str, int] = {}
    for entry in json.loads(output)["nftables"]:
        rule = entry.get("rule")
        for part in rule["expr"] if rule else ():
            if "counter" in part:
                found[rule["chain"]] = found.get(rule["chain"], 0) + part["counter"]["packets"]
    return found


def addresses(cluster: Cluster, nodes: Iterable[str]) -> list[IPAddress]:
    """Return the addresses of these nodes on all links."""
    return [link.ip for name in nodes for link in cluster.node(name).links]


async def drop(host: Host, others: Iterable[IPAddress]) -> None:
    """Drop them; return when each chain has dropped some, or the host is gone, fenced for it."""
    await timers.guarded(host, TIMER, DELETE)
    await host.run(command("nft", "--file", "-", input=table(others)))

    async def some() -> bool | None:
        listed = await answer(host.run(LIST, check=False))
        if listed is None or listed.status != 0:
            return True  # it was reset already, and the table with it
        counts = dropped(listed.stdout)
        return all(counts.get(chain) for chain in CHAINS) or None

    await until(f"packets are dropped on {host.name}", some, timeout_s=20, every_s=0.05)


async def pass_again(host: Host) -> None:
    """Take the table away, and the timer; nothing happens where there is none."""
    await at(host, DELETE)
    await at(host, timers.cancelling(TIMER))
