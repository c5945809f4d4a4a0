"""delay: every packet that the node that serves sends by a cluster link is held back for a while, for 15 s.

Corosync must go on, for its token waits much longer; a replicated store and its clients become slow (200 ms: a second
at most from row to row, with MariaDB on DRBD; one run). netem does it (tc-netem(8)), which the kernel nodes of the lab
have. Containers do not: a packet filter can lose packets, not delay them.
"""

import asyncio
import json
from collections.abc import Mapping
from random import Random

from quorate.drill import timers
from quorate.drill.aftermath import at, everybody_back, reached, settles
from quorate.drill.fault import Scene, Setting, nothing
from quorate.drill.interfaces import with_address
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.machines.host import Command, Host, command
from quorate.machines.waiting import until

NAME = "delay"
SORT = "network"
TITLE = "Packets from {node} were delayed by {ms} ms"
FLAG = "{ms} ms delay at {node}"
RETURNED = ""
LEAVES = False  # unless Corosync gives it up
MS = (20, 50, 100, 200)
LASTS_S = 15.0
TIMER = "delay-{nic}"
prepare = nothing
meaning = Uncovered("it knows links that are cut, not such as are slow")


def obstacle(setting: Setting) -> str:
    """Ask for kernel nodes."""
    return "" if setting.kind == "kernel" else "only kernel nodes of the lab can delay packets (netem)"


def choose(_setting: Setting, _victim: str, random: Random) -> Mapping[str, str]:
    """Choose for how long."""
    return {"ms": str(random.choice(MS))}


def qdisc(action: str, nic: str, *words: str) -> Command:
    """Return tc-qdisc(8) with "add" or "delete" at the root of an interface."""
    return command("tc", "qdisc", action, "dev", nic, "root", *words)


def packets(output: str) -> int:
    """Return how many packets a delay has passed on, by `tc -statistics -json qdisc show`. Pure."""
    return sum(int(one["packets"]) for one in json.loads(output or "[]") if one["kind"] == "netem")


async def inject(scene: Scene) -> None:
    """Hold them back on every link; return when some have passed that way on each."""
    host = scene.fleet[scene.victim]
    await host.run(command("modprobe", "sch_netem"))
    await asyncio.gather(*(_delay(host, nic, scene.chosen["ms"]) for nic in await _interfaces(scene)))


async def _interfaces(scene: Scene) -> list[str]:
    host = scene.fleet[scene.victim]
    found = [await with_address(host, link.ip) for link in scene.want.cluster.node(scene.victim).links]
    return sorted({nic for nic in found if nic})


async def _delay(host: Host, nic: str, ms: str) -> None:
    await timers.guarded(host, TIMER.format(nic=nic), qdisc("delete", nic))
    await host.run(qdisc("add", nic, "netem", "delay", f"{ms}ms", "limit", "10000"))
    show = command("tc", "-statistics", "-json", "qdisc", "show", "dev", nic)

    async def some() -> bool | None:
        return packets((await host.run(show)).stdout) > 0 or None

    await until(f"packets are delayed on {host.name}", some, timeout_s=20, every_s=0.1)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Have it last, then end it; wait until the cluster is at rest."""
    await asyncio.sleep(LASTS_S)
    await undo(scene)
    scene.event(Moment.NOTE, "no delay any more")
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Let them go at once."""
    host = scene.fleet[scene.victim]
    for nic in await _interfaces(scene) if await reached(host) else ():
        await at(host, qdisc("delete", nic))
        await at(host, timers.cancelling(TIMER.format(nic=nic)))


async def healed(scene: Scene) -> None:
    """Return when every node is a member."""
    await everybody_back(scene)
