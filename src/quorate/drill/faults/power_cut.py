"""power_cut: the power of the node that serves is cut, as at the plug: no process ends in order.

On real hosts its fencing device does that, run by hand on another node: the cluster is not told. Nobody helps: the
survivors notice, fence, start the service elsewhere. Fencing has switched the node on again; it boots and becomes a
member.
"""

from quorate.drill.aftermath import everybody_back, noticed_and_answered
from quorate.drill.fault import Scene, no_choice, nothing, powered
from quorate.drill.meaning import means
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt

NAME = "power-cut"
SORT = "power"
TITLE = "The power of {node} was cut"
FLAG = "power of {node} cut"
RETURNED = "{node} is a member again"
LEAVES = True
obstacle = powered
choose = no_choice
prepare = nothing
meaning = means("node-lost:{node}")


async def inject(scene: Scene) -> None:
    """Cut it; the lab returns when no process of the node is left, a fencing device when it says so."""
    await scene.ground.power(scene.victim, "off")


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait for the failure that the client sees, and the answer after it."""
    return await noticed_and_answered(scene, client, since_ns)


async def undo(_scene: Scene) -> None:
    """Do nothing: it is the cluster's fencing that must switch the node on again."""


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
