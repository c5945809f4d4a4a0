"""link_down: the cable of a link by which no floating address is reached is pulled at the node that serves. Lab only.

Corosync goes on by the other links. Clients notice where servers are reached by this one at their nodes' own addresses.
"""

from collections.abc import Mapping
from random import Random

from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, Setting, lab_only, nothing
from quorate.drill.meaning import means
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.machines.waiting import until
from quorate.observe.facts import corosync_links
from quorate.observe.gathering import gather

NAME = "link-down"
SORT = "network"
TITLE = "The cable of link {link} was pulled at {node}"
FLAG = "link {link} of {node} cut"
RETURNED = ""
LEAVES = False
prepare = nothing
meaning = means("link-cut:{node}/{link}")


def spare(setting: Setting) -> list[int]:
    """Return the links whose networks hold no floating address."""
    cluster = setting.cluster
    floating = [address.ip for one in setting.services for address in one.addresses()]
    numbers = range(min(len(node.links) for node in cluster.nodes))
    return [n for n in numbers if not any(ip in network for ip in floating for network in cluster.networks(n))]


def obstacle(setting: Setting) -> str:
    """Ask for a second link, and one that clients do not need."""
    if len(setting.cluster.corosync.links) < 2:
        return "the cluster has a single link"
    if why := lab_only(setting):
        return why
    return "" if spare(setting) else "every link has a network in which clients come to a floating address"


def choose(setting: Setting, _victim: str, random: Random) -> Mapping[str, str]:
    """Choose the link."""
    return {"link": str(random.choice(spare(setting)))}


async def inject(scene: Scene) -> None:
    """Pull it; return when Corosync on the victim says that this link reaches nobody."""
    await scene.lab.link(scene.victim, int(scene.chosen["link"]), up=False)
    await _until_connected(scene, wanted=False)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait for as long as the cluster would take to notice a dead node."""
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Plug it in."""
    await scene.lab.link(scene.victim, int(scene.chosen["link"]), up=True)


async def healed(scene: Scene) -> None:
    """Return when Corosync has the link again."""
    await everybody_back(scene)
    await _until_connected(scene, wanted=True)


async def _until_connected(scene: Scene, *, wanted: bool) -> None:
    number = int(scene.chosen["link"])

    async def so() -> bool | None:
        found = await gather(scene.fleet[scene.victim], corosync_links)
        links = [link for link in found.links if link.number == number]
        return (bool(links) and all(up is wanted for up in links[0].connected.values())) or None

    await until(f"link {number} is {'up' if wanted else 'down'}", so, timeout_s=60, every_s=0.2)
