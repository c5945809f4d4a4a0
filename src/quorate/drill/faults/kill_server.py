"""kill_server: whoever listens on the service's ports is killed where it serves (SIGKILL), and the node lives on.

Pacemaker learns of it by its next monitor, and starts the server again, by default on the same node. A proxy listens on
the same ports as the servers behind it, but at its floating address: only who serves for this service is killed.
"""

import re
from collections.abc import Collection

from quorate.catalog.service import Service
from quorate.describe.cluster import Cluster
from quorate.drill.aftermath import forget_failures, noticed_and_answered
from quorate.drill.fault import Scene, Setting, no_choice, nothing
from quorate.drill.meaning import means
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.errors import UsageError
from quorate.machines.host import command
from quorate.machines.waiting import until

NAME = "kill-server"
SORT = "part"
TITLE = "The server on {node} was killed"
FLAG = "server on {node} killed"
RETURNED = ""
LEAVES = False
choose = no_choice
prepare = nothing
meaning = means("resource-failed:{server}")
LISTENING = command("ss", "--listening", "--numeric", "--tcp", "--processes", "--no-header")
PROCESS = re.compile(r"pid=(\d+)")


def obstacle(setting: Setting) -> str:
    """Ask for a server."""
    return "" if setting.options.listens().get("tcp") else f"nobody listens on a TCP port of {setting.service}"


def holders(output: str, ports: Collection[int], foreign: Collection[str] = ()) -> set[int]:
    """Return the processes that listen on any of the ports, by `ss` (ss(8)): its fourth column is address:port.

    foreign: addresses at which others listen on the same ports.
    """
    found: set[int] = set()
    for line in output.splitlines():
        words = line.split(None, 5)
        if len(words) <= 5:
            continue
        address, _, port = words[3].rpartition(":")
        if port in {str(one) for one in ports} and address.strip("[]") not in foreign:
            found |= {int(number) for number in PROCESS.findall(words[5])}
    return found


def foreign_addresses(cluster: Cluster, service: str) -> set[str]:
    """Return the addresses at which the service does not listen: those of other services, or the nodes' own. Pure.

    Where nothing but an address is the entrance, the servers behind it listen there.
    At the nodes' own a service with an address listens only on ports that are its alone, as a proxy for its statistics.
    """
    own = {str(one.ip) for one in _of(cluster, service).addresses()}
    serving = [name for name in cluster.services if _ports(cluster, name)]
    others = {str(one.ip) for name in serving for one in _of(cluster, name).addresses()}
    nodes = {str(link.ip) for node in cluster.nodes for link in node.links}
    shared = any(_ports(cluster, name) & _ports(cluster, service) for name in cluster.services if name != service)
    return (others | nodes if own and shared else others) - own


def _ports(cluster: Cluster, service: str) -> set[int]:
    return set(_of(cluster, service).listens().get("tcp", ()))


def _of(cluster: Cluster, name: str) -> Service:
    found = cluster.services[name]
    assert isinstance(found, Service)
    return found


async def inject(scene: Scene) -> None:
    """Kill them all at once; return when none of them is there any more."""
    host = scene.fleet[scene.victim]
    pids = await listening(scene)
    if not pids:
        raise UsageError(f"nobody listens on a TCP port of {scene.service}", "choose a service with a server")
    await host.run(command("kill", "-KILL", *sorted(pids)))

    async def gone() -> bool | None:
        return not pids & await listening(scene) or None

    await until(f"the server on {scene.victim} is dead", gone, timeout_s=10, every_s=0.05)


async def listening(scene: Scene) -> set[int]:
    """Return the service's processes on the victim."""
    ports = scene.options.listens().get("tcp", ())
    output = (await scene.fleet[scene.victim].run(LISTENING)).stdout
    return holders(output, ports, foreign_addresses(scene.want.cluster, scene.service))


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait for the failure that the client sees, and the answer after it."""
    return await noticed_and_answered(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Forget the failure: it would count towards the migration threshold of the next one."""
    await forget_failures(scene)


async def healed(_scene: Scene) -> None:
    """Return at once: the node never left."""
