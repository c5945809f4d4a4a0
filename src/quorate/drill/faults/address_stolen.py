"""address-stolen: another node takes the floating address besides, and tells its neighbours so once, for ten seconds.

It stands for any stranger on the network. The cluster does not notice: the monitor of ocf:heartbeat:IPaddr2 asks
whether its own node has the address, and it has. Clients reach the stranger, where nobody answers, until the neighbours
learn better. With arp_count_refresh, which quorate sets, each monitor announces the address anew, so that clients are
back within its interval of 5 s (after 2.2 and 3.8 s in two runs). One who keeps announcing it would keep some of them.
"""

import asyncio
from collections.abc import Mapping
from random import Random

from quorate.drill import timers
from quorate.drill.aftermath import at, reached, settles
from quorate.drill.fault import Scene, Setting, nothing
from quorate.drill.interfaces import towards, with_address
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.machines.host import Command, command
from quorate.machines.waiting import until

NAME = "address-stolen"
SORT = "network"
TITLE = "{stranger} took the floating address {address} from {node} for 10 s"
FLAG = "{address} of {node} taken by {stranger}"
RETURNED = ""
LEAVES = False
DOUBLES = ("address",)
STAYS_S = 10.0
TIMER = "address"
SEND_ARP = '. /usr/lib/ocf/lib/heartbeat/ocf-directories; exec "$HA_BIN/send_arp" "$@"'  # it differs by distribution
prepare = nothing
meaning = Uncovered("it knows no strangers who take an address")


def obstacle(setting: Setting) -> str:
    """Ask for an IPv4 address: how IPv6 neighbours are told is another matter."""
    return "" if _addresses(setting) else f"{setting.service} has no floating IPv4 address"


def _addresses(setting: Setting) -> list[str]:
    return [str(address.ip) for address in setting.options.addresses() if address.version == 4]


def choose(setting: Setting, victim: str, random: Random) -> Mapping[str, str]:
    """Choose the thief and, of several addresses, the one."""
    others = [node.name for node in setting.cluster.nodes if node.name != victim]
    return {"stranger": random.choice(others), "address": random.choice(_addresses(setting))}


def taking(action: str, address: str, nic: str) -> Command:
    """Return ip-address(8) with "add" or "delete" of the address alone, without its network."""
    return command("ip", "address", action, f"{address}/32", "dev", nic)


def telling(address: str, nic: str) -> Command:
    """Return what tells all neighbours that the address is here, three times (gratuitous ARP, as IPaddr2 does it)."""
    options = ("-i", "100", "-r", "3", "-p", "/run/quorate-drill-arp.pid")
    return command("sh", "-c", SEND_ARP, "send_arp", *options, nic, address, "auto", "not_used", "not_used")


async def inject(scene: Scene) -> None:
    """Take it; return when the thief has it and has told the neighbours."""
    host, address = scene.fleet[scene.chosen["stranger"]], scene.chosen["address"]
    nic = await towards(host, address)
    await timers.guarded(host, TIMER, taking("delete", address, nic))
    await host.run(taking("add", address, nic))

    async def there() -> bool | None:
        return bool(await with_address(host, address)) or None

    await until(f"{host.name} has {address}", there, timeout_s=10, every_s=0.05)
    await host.run(telling(address, nic))


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Let the stranger stay for its time, then take the address back; wait for an answer after the failures."""
    await asyncio.sleep(STAYS_S)
    await undo(scene)
    scene.event(Moment.NOTE, f"{scene.chosen['stranger']} gave it back")
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Take the address from the thief, and have whoever should have it tell the neighbours."""
    thief, address = scene.fleet[scene.chosen["stranger"]], scene.chosen["address"]
    if await reached(thief):
        if nic := await with_address(thief, address):
            await thief.run(taking("delete", address, nic), check=False)
        await at(thief, timers.cancelling(TIMER))
    for host in scene.fleet.values():
        if await reached(host) and (nic := await with_address(host, address)):
            await host.run(telling(address, nic), check=False)


async def healed(scene: Scene) -> None:
    """Return at once: the node never left."""
