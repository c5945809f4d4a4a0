"""link_down: the cable of a link that nobody but Corosync uses is pulled at the node that serves. Lab only.

Nobody may notice: Corosync goes on by the other links.
"""

from collections.abc import Mapping
from random import Random

from quorate.catalog.platforms import platforms
from quorate.catalog.site import Site
from quorate.catalog.storage import Replicated
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
    """Return the links that hold no floating address, and by which no servers talk and no data are replicated."""
    cluster = setting.cluster
    sites = [Site(name, platforms()[0], cluster) for name in cluster.services]
    used = {link for site in sites for link in site.service.talks_over(site)}
    used |= {link for site in sites for link in replicates_over(site)}
    return [number for number in range(min(len(node.links) for node in cluster.nodes)) if number not in used]


def replicates_over(site: Site) -> set[int]:
    """Return the numbers of the links by which DRBD keeps both copies of a service's data the same."""
    store = site.service.store(site.name)
    if not isinstance(store, Replicated):
        return set()
    return {range(len(node.links))[store.link] for node in site.nodes}


def obstacle(setting: Setting) -> str:
    """Ask for a second link, and one that clients do not need."""
    if len(setting.cluster.corosync.links) < 2:
        return "the cluster has a single link"
    if why := lab_only(setting):
        return why
    return "" if spare(setting) else "clients, servers or their data need every link"


def choose(setting: Setting, _victim: str, random: Random) -> Mapping[str, str]:
    """Choose the link."""
    return {"link": str(random.choice(spare(setting)))}


async def inject(scene: Scene) -> None:
    """Pull it; return when Corosync on the others says that the victim is not reached by it."""
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
    """Ask another node: the victim itself may be reached by that link only."""
    number, victim = int(scene.chosen["link"]), scene.want.cluster.node(scene.victim).id
    witness = next(iter(scene.survivors.values()))

    async def so() -> bool | None:
        found = await gather(witness, corosync_links)
        return any(one.number == number and one.connected.get(victim) is wanted for one in found.links) or None

    await until(f"link {number} is {'up' if wanted else 'down'}", so, timeout_s=60, every_s=0.2)
