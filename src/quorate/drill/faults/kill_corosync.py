"""kill_corosync: Corosync is killed (SIGKILL) on the node that serves. It is no member any more, and is fenced."""

from dataclasses import replace

from quorate.build.step import answer
from quorate.drill.aftermath import everybody_back, settles
from quorate.drill.fault import Scene, anywhere, no_choice, nothing
from quorate.drill.meaning import Faced, Meaning
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.errors import Unknown
from quorate.machines.host import command
from quorate.machines.waiting import until

NAME = "kill-corosync"
SORT = "part"
TITLE = "Corosync was killed on {node}"
FLAG = "corosync on {node} killed"
RETURNED = "{node} is a member again"
LEAVES = True
obstacle = anywhere
choose = no_choice
prepare = nothing


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for the loss of a node that goes on serving until it is fenced."""
    lost, one = faced.failure(f"node-lost:{faced.node}"), frozenset({faced.node})
    return Meaning((replace(lost, runs_on=one, serves=True),))


async def inject(scene: Scene) -> None:
    """Kill it; return when the process is gone, or the node is."""
    host = scene.fleet[scene.victim]
    pids = (await host.run(command("pgrep", "--exact", "corosync"), check=False)).stdout.split()
    if not pids:
        raise Unknown(f"corosync does not run on {scene.victim}", "look at the node: systemctl status corosync")
    await host.run(command("kill", "-KILL", *pids))

    async def gone() -> bool | None:
        left = await answer(host.run(command("ps", "-o", "state=", "-p", ",".join(pids)), check=False))
        return left is None or not set(left.stdout.split()) - {"Z"} or None

    await until(f"corosync on {scene.victim} is dead", gone, timeout_s=10, every_s=0.05)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the fenced node is back and the service runs."""
    return await settles(scene, client, since_ns)


async def undo(_scene: Scene) -> None:
    """Do nothing: fencing must bring the node back."""


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
