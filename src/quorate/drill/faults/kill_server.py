"""kill_server: whoever listens on the service's ports is killed where it serves (SIGKILL), and the node lives on.

Pacemaker learns of it by its next monitor, and starts the server again, by default on the same node.
"""

import re
from collections.abc import Collection

from quorate.drill.aftermath import forget_failures
from quorate.drill.fault import Scene, anywhere, no_choice, nothing, noticed_and_answered
from quorate.drill.meaning import means
from quorate.drill.probe import ProbeProcess
from quorate.drill.record import Attempt
from quorate.errors import UsageError
from quorate.machines.host import Host, command
from quorate.machines.waiting import until

NAME = "kill-server"
SORT = "part"
TITLE = "The server on {node} was killed"
FLAG = "server on {node} killed"
RETURNED = ""
LEAVES = False
obstacle = anywhere
choose = no_choice
prepare = nothing
meaning = means("resource-failed:{server}")
LISTENING = command("ss", "--listening", "--numeric", "--tcp", "--processes", "--no-header")
PROCESS = re.compile(r"pid=(\d+)")


def holders(output: str, ports: Collection[int]) -> set[int]:
    """Return the processes that listen on any of the ports, by `ss` (ss(8)): its fourth column is address:port."""
    found: set[int] = set()
    for line in output.splitlines():
        words = line.split(None, 5)
        if len(words) > 5 and words[3].rpartition(":")[2] in {str(port) for port in ports}:
            found |= {int(number) for number in PROCESS.findall(words[5])}
    return found


async def inject(scene: Scene) -> None:
    """Kill them all at once; return when none of them is there any more."""
    host, ports = scene.fleet[scene.victim], scene.options.listens().get("tcp", ())
    pids = await listening(host, ports)
    if not pids:
        raise UsageError(f"nobody listens on a TCP port of {scene.service}", "choose a service with a server")
    await host.run(command("kill", "-KILL", *sorted(pids)))

    async def gone() -> bool | None:
        return not pids & await listening(host, ports) or None

    await until(f"the server on {scene.victim} is dead", gone, timeout_s=10, every_s=0.05)


async def listening(host: Host, ports: Collection[int]) -> set[int]:
    """Return the processes that listen there on any of the ports."""
    return holders((await host.run(LISTENING)).stdout, ports)


async def passed(_scene: Scene, client: ProbeProcess, since_ns: int) -> Attempt:
    """Wait for the failure that the client sees, and the answer after it."""
    return await noticed_and_answered(client, since_ns)


async def undo(scene: Scene) -> None:
    """Forget the failure: it would count towards the migration threshold of the next one."""
    await forget_failures(scene)


async def healed(_scene: Scene) -> None:
    """Return at once: the node never left."""
