"""drbd_cut: the node that serves sends no packet of its DRBD connection any more, and so its peer cannot be heard.

The cluster is one as before, and so nobody is fenced for it. DRBD on the node that serves gives its peer up, has it
kept from serving (crm-fence-peer.sh), and goes on alone. Afterwards the peer is brought up to date. Until DRBD knows,
no commit is answered: clients of a MariaDB waited 12.3 and 12.0 s, no acknowledged row was lost (two runs).

Routing rules by port do it (ip-rule(8)), for every kernel has them: User-Mode Linux's knows no packet filter.
"""

from quorate.drill import peer, timers
from quorate.drill.aftermath import at, everybody_back, forget_failures, settles
from quorate.drill.fault import Scene, no_choice, nothing
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.machines.host import Command, command
from quorate.machines.waiting import until

NAME = "drbd-cut"
SORT = "network"
TITLE = "The replication connection of {node} was cut"
FLAG = "replication of {node} cut"
RETURNED = "{node} replicates again"
LEAVES = False
choose = no_choice
prepare = nothing
meaning = Uncovered("it knows no connections but those of the cluster itself")
obstacle = peer.replicated
TIMER = "drbd"
PREFERENCE = 17042  # of the rules: before the main table, and nobody else's
TCP = 6
LOST_S = 60.0
DELETE = 'while ip "$1" rule delete preference "$2" 2>/dev/null; do :; done'


def rules(version: int, port: int) -> list[Command]:
    """Return the commands that throw away what leaves from or to this port: each side has called the other."""
    words = ("ip", f"-{version}", "rule", "add", "preference", PREFERENCE, "ipproto", TCP)
    return [command(*words, field, port, "blackhole") for field in ("sport", "dport")]


def deleting(version: int) -> Command:
    """Return the command that takes the rules away, if there are any."""
    return command("sh", "-c", DELETE, "delete", f"-{version}", PREFERENCE)


def _version(scene: Scene) -> int:
    """Return the version of the addresses that it replicates over: 4 or 6."""
    return scene.want.cluster.node(scene.victim).links[peer.store_of(scene).link].ip.version


async def inject(scene: Scene) -> None:
    """Throw them away; return when DRBD has given its peer up."""
    host, version = scene.fleet[scene.victim], _version(scene)
    await timers.guarded(host, TIMER, deleting(version))
    for rule in rules(version, peer.store_of(scene).port):
        await host.run(rule)

    async def lost() -> bool | None:
        device = await peer.seen(scene)
        return (device is not None and not device.is_connected) or None

    await until(f"DRBD on {scene.victim} has lost its peer", lost, timeout_s=LOST_S, every_s=0.1)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the cluster is at rest."""
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Let them go. The cluster forgets what failed."""
    host = scene.fleet[scene.victim]
    await at(host, deleting(_version(scene)))
    await at(host, timers.cancelling(TIMER))
    await forget_failures(scene)


async def healed(scene: Scene) -> None:
    """Return when every node is a member, both copies are the same, and the peer may serve again."""
    await everybody_back(scene)
    await peer.in_sync(scene)
