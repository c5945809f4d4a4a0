"""kill_server_and_supervisor: the server is killed (SIGKILL) with all that would start it again or report its end.

That is whoever started it and still runs (mysqld_safe for instance), and the watcher by which quorate tells Pacemaker
at once (catalog/watched.py). Only Pacemaker's monitor is left. systemd starts the watcher again after a second; that
one has not seen the server end, and says nothing.
"""

from quorate.drill.aftermath import forget_failures, noticed_and_answered
from quorate.drill.fault import Scene, no_choice, nothing, status
from quorate.drill.faults import kill_server
from quorate.drill.faults.kill_server import listening
from quorate.drill.meaning import Faced, Meaning, unwatched
from quorate.drill.probe import Clients
from quorate.drill.processes import ancestors, killed
from quorate.drill.record import Attempt
from quorate.errors import UsageError
from quorate.machines.host import Host, command
from quorate.machines.waiting import until

NAME = "kill-server-and-supervisor"
SORT = "part"
TITLE = "The server on {node} was killed, and all that would start it again or report it"
FLAG = "server on {node} and supervisor killed"
RETURNED = ""
LEAVES = False
obstacle = kill_server.obstacle
choose = no_choice
prepare = nothing
PARENTS = command("ps", "-e", "-o", "pid=,ppid=,args=")
BACK_S = 20
WATCHER = "quorate-watch-{}.service"


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for a server that fails and that no process watches."""
    failed = faced.failure(f"resource-failed:{faced.instance}")
    return Meaning((failed,), subject=unwatched(faced.subject, faced.server))


async def inject(scene: Scene) -> None:
    """Kill the watcher first, then the server's parents and the server; return when all are gone."""
    host = scene.fleet[scene.victim]
    pids = await listening(scene)
    if not pids:
        raise UsageError(f"nobody listens on a TCP port of {scene.service}", "choose a service with a server")
    above = ancestors((await host.run(PARENTS)).stdout, pids)
    watching = [number for unit in await _watchers(scene) if (number := await _main_process(host, unit))]
    await killed(host, "the server", [*watching, *above, *sorted(pids)])


async def _watchers(scene: Scene) -> list[str]:
    """Return the units on the victim that watch a resource of the service."""
    found = await status(scene.fleet)
    units = [WATCHER.format(one.id) for one in found.instances(scene.service)] if found else []
    if not units:
        return []  # without a name systemctl would list them all
    listed = await scene.fleet[scene.victim].run(command("systemctl", "list-units", "--plain", "--no-legend", *units))
    return [line.split()[0] for line in listed.stdout.splitlines()]


async def _main_process(host: Host, unit: str) -> int:
    """Return the number of a unit's main process, 0 where none runs."""
    return int((await host.run(command("systemctl", "show", "--property=MainPID", "--value", unit))).stdout)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait for the failure that the client sees, and the answer after it."""
    return await noticed_and_answered(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Start nothing: systemd must start the watcher. The cluster forgets the failure."""
    await forget_failures(scene)


async def healed(scene: Scene) -> None:
    """Return when the watchers run again."""
    host = scene.fleet[scene.victim]

    async def back() -> bool | None:
        return all([await _main_process(host, unit) for unit in await _watchers(scene)]) or None

    await until(f"the server on {scene.victim} is watched again", back, timeout_s=BACK_S, every_s=0.2)
