"""power-cut-two: the node that serves and another one lose their power at once. Lab only.

Where the others still have quorum they fence both and go on. Where they have not, as one of three, nobody may serve
and nobody can fence; ten seconds later both are switched on, as an operator would do.
"""

import asyncio
from collections.abc import Mapping
from random import Random

from quorate.drill import power
from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, Setting, lab_only, nothing
from quorate.drill.meaning import Faced, Meaning, lost_together
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.drill.votes import have_quorum

NAME = "power-cut-two"
SORT = "power"
TITLE = "The power of {node} and {other} was cut"
FLAG = "power of {node} and {other} cut"
RETURNED = "{node} is a member again"
LEAVES = True
DARK_S = 10.0
prepare = nothing


def obstacle(setting: Setting) -> str:
    """Ask for a third node: all is another fault."""
    return lab_only(setting) if len(setting.cluster.nodes) > 2 else "the cluster has no third node"


def choose(setting: Setting, victim: str, random: Random) -> Mapping[str, str]:
    """Choose the other one."""
    return {"other": random.choice([node.name for node in setting.cluster.nodes if node.name != victim])}


def must_boot(setting: Setting, victim: str, chosen: Mapping[str, str]) -> bool:
    """Tell whether the others have no quorum without those two."""
    left = {node.name for node in setting.cluster.nodes} - {victim, chosen["other"]}
    return not have_quorum(setting.cluster, left)


def both(scene: Scene) -> tuple[str, str]:
    """Return the two."""
    return scene.victim, scene.chosen["other"]


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for the loss of both at one moment."""
    return Meaning((lost_together((faced.node, faced.chosen["other"])),))


async def inject(scene: Scene) -> None:
    """Cut it; the lab returns when no process of either is left."""
    await power.off(scene, both(scene))


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Switch them on where nobody else can; wait until everybody is back and the service runs."""
    if must_boot(scene.setting, scene.victim, scene.chosen):
        scene.note(f"nobody has quorum; both are switched on in {DARK_S:g} s")
        await asyncio.sleep(DARK_S)
        scene.event(Moment.HELPED, "both switched on")
        await power.on(scene, both(scene))
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Switch on what is off."""
    await power.on(scene, both(scene))


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
