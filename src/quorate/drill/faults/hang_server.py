"""hang_server: every process that listens on the service's ports is stopped where it stands (SIGSTOP), as by a hang.

Its port still takes connections, and nobody answers. Pacemaker learns of it when a monitor's timeout is over, and then
the agent has to end processes that take no signal but SIGKILL: an Apache on container nodes was found after 20.8 s,
and served again, on the same node, after 65 s (one run). Where a stop fails, the node is fenced.
"""

from quorate.drill import timers
from quorate.drill.aftermath import at, everybody_back, forget_failures, settles
from quorate.drill.fault import Scene, no_choice, nothing
from quorate.drill.faults import kill_server
from quorate.drill.faults.kill_server import listening
from quorate.drill.meaning import Faced, Meaning
from quorate.drill.probe import Clients
from quorate.drill.processes import are_stopped, began, continuing
from quorate.drill.record import Attempt
from quorate.errors import UsageError
from quorate.explore.failures.resource_failed import hangs
from quorate.machines.host import command
from quorate.machines.waiting import until

NAME = "hang-server"
SORT = "part"
TITLE = "The server on {node} hung"
FLAG = "server on {node} hangs"
RETURNED = ""
LEAVES = False
TIMER = "hang-server"
obstacle = kill_server.obstacle
choose = no_choice
prepare = nothing


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for a server that fails, and whose monitor and stop get no answer."""
    return Meaning((hangs(faced.failure(f"resource-failed:{faced.instance}"), faced.server),))


async def inject(scene: Scene) -> None:
    """Stop them all, and those that they made meanwhile; return when the host says that they are stopped."""
    host = scene.fleet[scene.victim]
    if not await listening(scene):
        raise UsageError(f"nobody listens on a TCP port of {scene.service}", "choose a service with a server")
    guarded: set[int] = set()

    async def stopped() -> bool | None:
        found = await listening(scene)
        if not found <= guarded:
            await timers.guarded(host, TIMER, continuing(await began(host, found)))
            guarded.update(found)
        await host.run(command("kill", "-STOP", *sorted(found)), check=False)
        states = await host.run(command("ps", "-o", "state=", "-p", ",".join(map(str, found))), check=False)
        return are_stopped(states.stdout) or None

    await until(f"the server on {scene.victim} hangs", stopped, timeout_s=10, every_s=0.05)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait for the failure that the client sees, then until the service runs."""
    if not scene.is_shared:
        await client.wait_failed(since_ns=since_ns)
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Have the timer's command done at once: what hangs still goes on. The cluster forgets the failure."""
    host = scene.fleet[scene.victim]
    await at(host, timers.firing(TIMER))
    await at(host, timers.cancelling(TIMER))
    await forget_failures(scene)


async def healed(scene: Scene) -> None:
    """Return when every node is a member: one whose server cannot be stopped is fenced."""
    await everybody_back(scene)
