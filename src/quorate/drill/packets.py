"""Packets: those between a node and others are dropped in the node's own packet filter (nft(8)), one way or both.

All of them, or so many percent that chance chooses.

Only the cluster's own addresses are concerned, so that the node is still reached by whoever drills. The table has a
name of its own and goes with one command; a reboot forgets it. The pure part makes the table and reads its counters.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Literal

from quorate.build.step import answer
from quorate.describe.cluster import Cluster, IPAddress
from quorate.drill import timers
from quorate.drill.aftermath import at
from quorate.drill.fault import Setting
from quorate.machines.host import Host, command
from quorate.machines.waiting import until

TABLE = "quorate_drill"
TIMER = "packets"
DELETE = command("nft", "delete", "table", "inet", TABLE)
LIST = command("nft", "--json", "list", "table", "inet", TABLE)
Direction = Literal["in", "out"]
HOOKS: dict[Direction, tuple[str, str]] = {"in": ("input", "saddr"), "out": ("output", "daddr")}
BOTH: tuple[Direction, ...] = ("in", "out")


def filtered(setting: Setting) -> str:
    """Ask for a packet filter: User-Mode Linux has nf_tables without any family of addresses."""
    return "the kernel of the lab's kernel nodes has no packet filter" if setting.kind == "kernel" else ""


def table(others: Iterable[IPAddress], directions: Sequence[Direction] = BOTH, percent: int = 100) -> str:
    """Return the table that drops that many percent of the packets to or from these addresses."""
    some = "" if percent == 100 else f"numgen random mod 100 < {percent} "
    addresses = sorted(set(others), key=lambda one: (one.version, int(one)))
    lines = [f"table inet {TABLE} {{"]
    for direction in directions:
        hook, field = HOOKS[direction]
        lines.append(f"  chain {direction} {{ type filter hook {hook} priority -200; policy accept;")
        for family, version in (("ip", 4), ("ip6", 6)):
            if found := ", ".join(str(one) for one in addresses if one.version == version):
                lines.append(f"    {family} {field} {{ {found} }} {some}counter drop")
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


async def drop(
    host: Host,
    others: Iterable[IPAddress],
    directions: Sequence[Direction] = BOTH,
    percent: int = 100,
    *,
    shown_by: Sequence[Direction] = (),
) -> None:
    """Drop them; return when each direction has dropped some, or the host is gone, fenced for it.

    shown_by: those that can show it, where nothing comes in because the others drop it as well; empty: all.
    """
    await timers.guarded(host, TIMER, DELETE)
    await host.run(command("nft", "--file", "-", input=table(others, directions, percent)))

    async def some() -> bool | None:
        listed = await answer(host.run(LIST, check=False))
        if listed is None or listed.status != 0:
            return True  # it was reset already, and the table with it
        counts = dropped(listed.stdout)
        return all(counts.get(direction) for direction in shown_by or directions) or None

    await until(f"packets are dropped on {host.name}", some, timeout_s=20, every_s=0.05)


async def pass_again(host: Host) -> None:
    """Take the table away, and the timer; nothing happens where there is none."""
    await at(host, DELETE)
    await at(host, timers.cancelling(TIMER))
