"""bmc-unreachable: nobody reaches the BMC of the node that serves, and then the node loses its power. Lab only.

Whether it is really off nobody can prove, so nobody may take over. The BMC is back ten seconds after the others count
the node as unclean; fencing must succeed then, and the service come back. A fence agent that waits for a BMC goes on
once it is back: fencing succeeded 1 s later, the service was back after 3.6 s (one run, three containers).
"""

import asyncio

from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, Setting, lab_only, no_choice, nothing, status
from quorate.drill.meaning import Faced, Meaning
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.lab.bmcs import bmcs_of
from quorate.machines.waiting import until

NAME = "bmc-unreachable"
SORT = "power"
TITLE = "The BMC of {node} was unreachable when {node} lost its power"
FLAG = "power of {node} cut, its BMC unreachable"
RETURNED = "{node} is a member again"
LEAVES = True
AWAY_S = 10.0
NOTICED_S = 60.0
choose = no_choice
prepare = nothing


def obstacle(setting: Setting) -> str:
    """Ask that BMCs of a lab, and nothing else, fence the nodes."""
    if why := lab_only(setting):
        return why
    fencing, bmcs = setting.cluster.fencing, bmcs_of(setting.cluster)[0]
    if not fencing.enabled or any(node.name not in bmcs for node in setting.cluster.nodes):
        return "not every node is fenced by a BMC of the lab"
    others = fencing.watchdog_timeout_s or len(fencing.devices) > len(bmcs)
    return "nodes are fenced by other means than BMCs as well" if others else ""


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for a device that does not answer, then for the loss of its node."""
    boards = [fence.id for fence in faced.subject.fences if faced.node in fence.victims]
    silent = (faced.failure(f"fencing-silent:{id_}") for id_ in boards)
    return Meaning((*silent, faced.failure(f"node-lost:{faced.node}")))


async def inject(scene: Scene) -> None:
    """Take the BMC away, and the node's power; the lab returns when neither answers."""
    await scene.lab.bmc(scene.victim, up=False)
    await scene.lab.power(scene.victim, "off")


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Bring the BMC back some seconds after the others know that they must fence; wait until the service runs."""

    async def noticed() -> bool | None:
        found = await status(scene.survivors)
        node = found.node(scene.victim) if found else None
        return (node is not None and node.unclean) or None

    await until(f"{scene.victim} is to be fenced", noticed, timeout_s=NOTICED_S, every_s=0.2)
    await asyncio.sleep(AWAY_S)
    scene.event(Moment.HELPED, f"BMC of {scene.victim} back")
    await undo(scene)
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Bring the BMC back; fencing must switch the node on."""
    await scene.lab.bmc(scene.victim, up=True)


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
