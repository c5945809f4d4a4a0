"""rolling_restart: an operator restarts every node in order, one after the other, as for new packages or a new kernel.

Each node is put on standby, so that everything leaves it in order; then it is rebooted, and the next one follows only
when it is a member again and what it runs serves: a database has caught up, a broker is a member. The node with the
floating address, or that serves, is the last: so it moves once, and to a node that has had its turn. Clients ask all
the while, and the longest time that they wait for an answer is that of the whole operation.
"""

from collections.abc import Mapping
from random import Random

from quorate.drill.aftermath import everybody_back, moved_away, rests
from quorate.drill.fault import Scene, Setting, nothing
from quorate.drill.faults import reboot, standby
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment

NAME = "rolling-restart"
SORT = "operator"
TITLE = "All nodes were restarted in order, one after the other: {order}"
FLAG = "rolling restart, {node} last"
RETURNED = ""
LEAVES = False
prepare = nothing
meaning = Uncovered("it knows single nodes that leave in order, not one after the other")


def obstacle(setting: Setting) -> str:
    """Ask for a second node."""
    return "" if len(setting.cluster.nodes) > 1 else "there is one node alone"


def choose(setting: Setting, victim: str, random: Random) -> Mapping[str, str]:
    """Choose in which order the others have their turn; the victim is the last."""
    others = [node.name for node in setting.cluster.nodes if node.name != victim]
    random.shuffle(others)
    return {"order": ", ".join([*others, victim])}


async def inject(scene: Scene) -> None:
    """Begin with the first one: put it on standby; return when the cluster says so."""
    await standby.inject(turn(scene, order(scene)[0]))


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Go on, node by node, until all have been restarted and everything runs."""
    for number, name in enumerate(order(scene)):
        one = turn(scene, name)
        if number:
            await standby.inject(one)
        await moved_away(one, client, since_ns)
        scene.event(Moment.NOTE, f"{name} restarts")
        await reboot.inject(one)
        await reboot.gone(one)  # and with it the attribute: standby ends with the boot
        await everybody_back(one)
        await rests(one)
        scene.event(Moment.NOTE, f"{name} serves again")
    return await client.wait_again(since_ns=since_ns)


def order(scene: Scene) -> list[str]:
    """Return the nodes in the order of their turns. Pure."""
    return scene.chosen["order"].split(", ")


def turn(scene: Scene, name: str) -> Scene:
    """Return the scene with that node as the one that leaves. Pure."""
    return scene.with_victim(name)


async def undo(scene: Scene) -> None:
    """Take every node off standby."""
    for name in order(scene):
        await standby.undo(turn(scene, name))


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
