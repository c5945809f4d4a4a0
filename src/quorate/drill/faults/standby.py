"""standby: the node that serves is put on standby, as for maintenance; the service moves in order (a switchover)."""

from quorate.drill.aftermath import moved_away
from quorate.drill.fault import Scene, anywhere, no_choice, nothing, status
from quorate.drill.meaning import means
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.machines.host import Command, command
from quorate.machines.waiting import until

NAME = "standby"
SORT = "operator"
TITLE = "{node} was put on standby"
FLAG = "{node} on standby"
RETURNED = "{node} may serve again"
LEAVES = False
obstacle = anywhere
choose = no_choice
prepare = nothing
meaning = means("node-standby:{node}")


def attribute(node: str, *words: str) -> Command:
    """Return crm_attribute(8) on the attribute "standby", that of the node's present boot."""
    return command("crm_attribute", "--node", node, "--name", "standby", "--lifetime", "reboot", *words)


async def inject(scene: Scene) -> None:
    """Set it; return when the cluster says so."""
    await _first(scene, attribute(scene.victim, "--update", "on"))
    await _until_standby(scene, wanted=True)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the service runs on another node, then for an answer: a client may have noticed nothing."""
    return await moved_away(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Take the attribute away."""
    await _first(scene, attribute(scene.victim, "--delete"))


async def healed(scene: Scene) -> None:
    """Return when the cluster says that the node is on standby no more."""
    await _until_standby(scene, wanted=False)


async def _first(scene: Scene, wanted: Command) -> None:
    await next(iter(scene.survivors.values())).run(wanted)


async def _until_standby(scene: Scene, *, wanted: bool) -> None:
    async def so() -> bool | None:
        found = await status(scene.survivors)
        node = found.node(scene.victim) if found else None
        return (node.standby is wanted or None) if node else None

    words = f"{scene.victim} is {'' if wanted else 'not '}on standby"
    await until(words, so, timeout_s=30, every_s=0.1)
