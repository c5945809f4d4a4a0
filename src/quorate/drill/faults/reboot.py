"""reboot: the node that serves is rebooted in order (systemctl reboot); the service moves before it goes."""

from quorate.build.step import answer
from quorate.drill.aftermath import STOP_S, everybody_back, moved_away, view
from quorate.drill.fault import Scene, anywhere, no_choice, nothing
from quorate.drill.meaning import means
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.machines.host import command
from quorate.machines.waiting import until

NAME = "reboot"
SORT = "operator"
TITLE = "{node} was rebooted in order"
FLAG = "{node} reboots"
RETURNED = "{node} is a member again"
LEAVES = False
obstacle = anywhere
choose = no_choice
prepare = nothing
meaning = means("node-left:{node}")
STATE = command("systemctl", "is-system-running")


async def inject(scene: Scene) -> None:
    """Ask for it; return when systemd says that it is stopping, or the node is gone already."""
    host = scene.fleet[scene.victim]
    await host.run(command("systemctl", "--no-block", "reboot"))

    async def stopping() -> bool | None:
        done = await answer(host.run(STATE, check=False))
        return done is None or done.stdout.strip() == "stopping" or None

    await until(f"{scene.victim} shuts down", stopping, timeout_s=10, every_s=0.05)


async def gone(scene: Scene) -> None:
    """Return when the node has left the cluster."""

    async def so() -> bool | None:
        found = await view(scene)
        return (found is not None and scene.victim not in found.online) or None

    await until(f"{scene.victim} has left", so, timeout_s=STOP_S, every_s=0.1)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the service runs elsewhere, then for an answer."""
    return await moved_away(scene, client, since_ns)


async def undo(_scene: Scene) -> None:
    """Do nothing: it boots by itself."""


async def healed(scene: Scene) -> None:
    """Return when it is a member again."""
    await everybody_back(scene)
