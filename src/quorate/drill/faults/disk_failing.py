"""disk_failing: the disk below the service's data fails on the node that serves: every read and write is an error.

DRBD gives the disk up and goes on with the peer's (on-io-error detach), so that the server notices nothing. The next
monitor of ocf:linbit:drbd sees a Primary without a disk, and Pacemaker moves the service, in order, to the node that
has one: clients of a MariaDB waited 15 s for that, no acknowledged row was lost (one run). Lab only, with kernel nodes.
"""

from quorate.drill import peer
from quorate.drill.aftermath import at, everybody_back, forget_failures, moved_away
from quorate.drill.fault import Scene, Setting, lab_only, no_choice, nothing
from quorate.drill.meaning import Faced, Meaning
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.machines.host import command
from quorate.machines.waiting import until

NAME = "disk-failing"
SORT = "part"
TITLE = "The disk with the data failed on {node}"
FLAG = "disk of {node} fails"
RETURNED = "{node} has its disk again"
LEAVES = False
choose = no_choice
prepare = nothing
DETACHED_S = 60.0


def obstacle(setting: Setting) -> str:
    """Ask for a replicated store on a disk of a kernel node."""
    if why := lab_only(setting) or peer.replicated(setting):
        return why
    return "" if setting.kind == "kernel" else "only disks of the lab's kernel nodes fail on command"


def _disk(scene: Scene) -> str:
    return peer.store_of(scene).disk


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for the loss of that node's copy."""
    disk = next(one for one in faced.subject.disks if one.service == faced.service and one.node == faced.node)
    return Meaning((faced.failure(f"disk-failed:{disk.path}@{disk.node}"),))


async def inject(scene: Scene) -> None:
    """Have it fail; return when DRBD has given it up."""
    await scene.lab.disk(scene.victim, _disk(scene), "fail")

    async def detached() -> bool | None:
        device = await peer.seen(scene)
        return device is None or device.disk == "Diskless" or None

    await until(f"DRBD on {scene.victim} has lost its disk", detached, timeout_s=DETACHED_S, every_s=0.1)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Wait until the service runs on the peer."""
    return await moved_away(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Mend the disk, and give it back to DRBD, as an operator who has replaced it."""
    await scene.lab.disk(scene.victim, _disk(scene), "mend")
    await at(scene.fleet[scene.victim], command("drbdadm", "attach", peer.store_of(scene).name))
    await forget_failures(scene)


async def healed(scene: Scene) -> None:
    """Return when every node is a member, and both copies are the same."""
    await everybody_back(scene)
    await peer.in_sync(scene)
