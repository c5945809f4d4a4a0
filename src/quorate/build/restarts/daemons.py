"""daemons: Corosync and Pacemaker of a node stopped and started in an order that never looks like a failure.

Pacemaker first: it leaves the cluster by its own will, and nobody fences it. Only then Corosync.
"""

import asyncio
from collections.abc import Iterable

from quorate.build.step import Fleet
from quorate.build.want import Want
from quorate.machines.fleet import on_all
from quorate.machines.host import Host, command
from quorate.observe.facts import unit_state
from quorate.observe.gathering import gather_about

STOP_S = 1800  # it waits for resources that stop; how long these may take, the CIB says
START_S = 120


async def running(fleet: Fleet, want: Want, unit: str) -> frozenset[str]:
    """Return the nodes on which a daemon runs, by quorate's word for it ("pacemaker")."""

    async def one(host: Host) -> bool:
        name = want.platforms[host.name].units[unit]
        return (await gather_about(host, unit_state, name))[name].active in {"active", "activating", "deactivating"}

    answers = await asyncio.gather(*(one(host) for host in fleet.values()))
    return frozenset(name for name, runs in zip(fleet, answers, strict=True) if runs)


async def stop(fleet: Fleet, names: Iterable[str], want: Want, *words: str) -> None:
    """Stop daemons on some nodes at once, on each in this order."""

    async def one(host: Host) -> None:
        for word in words:
            await host.run(command("systemctl", "stop", want.platforms[host.name].units[word]), timeout_s=STOP_S)

    (await on_all([fleet[name] for name in sorted(names)], one)).all()


async def start(fleet: Fleet, names: Iterable[str], want: Want, *words: str) -> None:
    """Start daemons on some nodes at once, on each in this order."""

    async def one(host: Host) -> None:
        for word in words:
            await host.run(command("systemctl", "start", want.platforms[host.name].units[word]), timeout_s=START_S)

    (await on_all([fleet[name] for name in sorted(names)], one)).all()


def of_corosync(want: Want) -> tuple[str, ...]:
    """Return what belongs to Corosync, in the order in which it is started."""
    return ("corosync", "qdevice") if want.witness else ("corosync",)
