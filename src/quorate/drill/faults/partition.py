"""partition: the nodes are split into two sets, and packets between these are dropped on both sides, on every link.

Chance says who is on the side of the node that serves, so that it is now among those who go on and now among those who
must stop. A quorum device is on one side too: the other does not reach it. A node that is fenced boots into the split.
It ends ten seconds after the longest time that the nodes may take to notice it. Two nodes alone: `isolated`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from itertools import combinations
from random import Random

from quorate.describe.cluster import IPAddress
from quorate.drill import packets
from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, Setting, nothing
from quorate.drill.meaning import Faced, Meaning, Uncovered, apart
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.machines.host import Host, command

NAME = "partition"
SORT = "network"
TITLE = "The network was split, {side} | {rest}, while {node} served"
FLAG = "{side} | {rest}, {node} served"
RETURNED = "{node} and all others are one cluster again"
LEAVES = False  # it may, or the others do
DEVICE = "the quorum device"
LASTS_S = 10.0
prepare = nothing


def obstacle(setting: Setting) -> str:
    """Ask for a third node, or a quorum device, and a packet filter."""
    two = len(setting.cluster.nodes) < 3 and not setting.cluster.quorum.device
    return "two nodes can be split in one way only, see isolated" if two else packets.filtered(setting)


def choose(setting: Setting, victim: str, random: Random) -> Mapping[str, str]:
    """Choose one of all splits: with whom the node stays, and on which side the quorum device is."""
    others = [node.name for node in setting.cluster.nodes if node.name != victim]
    companies = [some for size in range(len(others)) for some in combinations(others, size)]
    side = [victim, *random.choice(companies)]
    rest = [name for name in others if name not in side]
    if setting.cluster.quorum.device:
        random.choice((side, rest)).append(DEVICE)
    return {"side": ", ".join(side), "rest": ", ".join(rest)}


def sides(chosen: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return who is on the side of the node that serves, and who is not."""
    return chosen["side"].split(", "), chosen["rest"].split(", ")


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for the same split, where no quorum device is on one of its sides."""
    if faced.subject.quorum.device is not None:
        return Uncovered("it knows no split that a quorum device is part of")(faced)
    return Meaning((apart(faced, sides(faced.chosen)[0]),))


async def inject(scene: Scene) -> None:
    """Drop them at every node; return when each has dropped some, each way, or was fenced already."""
    one, other = sides(scene.chosen)
    cuts = [*((name, other) for name in one), *((name, one) for name in other)]
    await asyncio.gather(*(_drop(scene, name, far) for name, far in cuts if name != DEVICE))


async def _drop(scene: Scene, name: str, far: Sequence[str]) -> None:
    host, device = scene.fleet[name], scene.want.cluster.quorum.device
    others = packets.addresses(scene.want.cluster, [one for one in far if one != DEVICE])
    if device and DEVICE in far:
        others += await _addresses(host, device.host)
    await packets.drop(host, others, shown_by=("out",))


async def _addresses(host: Host, name: str) -> list[IPAddress]:
    """Return what the node takes another host's name for, which may be an address (getent(1))."""
    lines = (await host.run(command("getent", "ahosts", name))).stdout.splitlines()
    return [ip_address(line.split()[0]) for line in lines if line.strip()]


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Let the split last, then end it; wait until everybody is back and the service runs."""
    await asyncio.sleep(scene.want.cluster.corosync.detection_s + LASTS_S)
    await undo(scene)
    scene.event(Moment.NOTE, "the split ends")
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Let them pass everywhere."""
    await asyncio.gather(*(packets.pass_again(host) for host in scene.fleet.values()))


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
