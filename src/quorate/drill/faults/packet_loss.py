"""packet-loss: some percent of the packets between the node that serves and the others are lost, both ways, for 15 s.

Corosync must go on, or have the node fenced. With three containers, two links and a token of 1 s (one run each): at 5 %
a link went down for a second; at 10 % and 20 % the token was lost twice and each time the same three nodes formed a new
membership, and clients noticed nothing; at 30 % the node was lost after 4 s and fenced.
"""

import asyncio
from collections.abc import Mapping
from random import Random

from quorate.drill import packets
from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, Setting, nothing
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment

NAME = "packet-loss"
SORT = "network"
TITLE = "{percent} % of the packets between {node} and the other nodes were lost"
FLAG = "{percent} % loss at {node}"
RETURNED = ""
LEAVES = False  # unless Corosync gives it up
PERCENT = (5, 10, 20, 30)
LASTS_S = 15.0
obstacle = packets.filtered
prepare = nothing
meaning = Uncovered("it knows links that are cut, not such as lose some packets")


def choose(_setting: Setting, _victim: str, random: Random) -> Mapping[str, str]:
    """Choose how many are lost."""
    return {"percent": str(random.choice(PERCENT))}


async def inject(scene: Scene) -> None:
    """Drop them; return when some have been, each way."""
    others = packets.addresses(scene.want.cluster, scene.survivors)
    await packets.drop(scene.fleet[scene.victim], others, percent=int(scene.chosen["percent"]))


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Have it last, then end it; wait until the cluster is at rest."""
    await asyncio.sleep(LASTS_S)
    await undo(scene)
    scene.event(Moment.NOTE, "no loss any more")
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Let them all pass."""
    await packets.pass_again(scene.fleet[scene.victim])


async def healed(scene: Scene) -> None:
    """Return when every node is a member."""
    await everybody_back(scene)
