"""freeze: every process of the node that serves stops where it stands, as with a hung kernel. Lab only.

Its addresses still answer a ping. It is fenced, and must not go on with what it had begun.
"""

from quorate.drill.aftermath import everybody_back, noticed_and_answered
from quorate.drill.fault import Scene, lab_only, no_choice, nothing
from quorate.drill.meaning import means
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt

NAME = "freeze"
SORT = "part"
TITLE = "{node} froze"
FLAG = "{node} frozen"
RETURNED = "{node} is a member again"
LEAVES = True
obstacle = lab_only
choose = no_choice
prepare = nothing
meaning = means("node-hung:{node}")


async def inject(scene: Scene) -> None:
    """Freeze it; the lab returns when every process of the node stands still."""
    await scene.lab.freeze(scene.victim)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait for the failure that the client sees, and the answer after it."""
    return await noticed_and_answered(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Thaw a node that was not fenced."""
    if any(node.frozen for node in scene.lab.status().nodes if node.name == scene.victim):
        await scene.lab.thaw(scene.victim)


async def healed(scene: Scene) -> None:
    """Return when it is a member again."""
    await everybody_back(scene)
