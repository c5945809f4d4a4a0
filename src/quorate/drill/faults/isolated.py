"""isolated: packets between the node that serves and all others are dropped on every link, both ways.

Its clients still reach it, so that it must stop serving before somebody else begins.
"""

from quorate.drill import packets
from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, no_choice, nothing
from quorate.drill.meaning import Faced, Meaning, apart
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt

NAME = "isolated"
SORT = "network"
TITLE = "{node} neither hears nor reaches the other nodes"
FLAG = "{node} is isolated"
RETURNED = "{node} is a member again"
LEAVES = True
obstacle = packets.filtered
choose = no_choice
prepare = nothing


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for a split of one node from all others."""
    return Meaning((apart(faced, [faced.node]),))


async def inject(scene: Scene) -> None:
    """Drop them; return when some have been, each way."""
    await packets.drop(scene.fleet[scene.victim], packets.addresses(scene.want.cluster, scene.survivors))


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the fenced node is back and the service runs: with two nodes either may have won."""
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Let them pass, where the node was not fenced."""
    await packets.pass_again(scene.fleet[scene.victim])


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
