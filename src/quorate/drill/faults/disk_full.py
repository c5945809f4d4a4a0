"""disk_full: the file system with the service's data is filled to its last byte, for half a minute.

The cluster does not notice, for no monitor of ours writes, and so nobody but an operator can help. A MariaDB on DRBD
went on for some seconds with the room that its tables had, then refused rows (error 28), and took them again as soon as
there was room: clients waited 23 s, no acknowledged row was lost (one run).

Only one that quorate has made for the service is filled, and only where it is a file system of its own. The file that
fills it lies in the data: where they are taken over it comes along, and so every node gets a timer that removes it.
"""

import asyncio

from quorate.catalog.storage import Provided
from quorate.drill import timers
from quorate.drill.aftermath import at, everybody_back, forget_failures, settles
from quorate.drill.fault import Scene, Setting, no_choice, nothing
from quorate.drill.meaning import Uncovered
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.errors import UsageError
from quorate.machines.host import Command, command

NAME = "disk-full"
SORT = "part"
TITLE = "The disk with the data was full on {node}"
FLAG = "disk of {node} full"
RETURNED = ""
LEAVES = False
choose = no_choice
prepare = nothing
meaning = Uncovered("it knows disks that fail, not such as are full")
TIMER = "disk-full"
STAYS_S = 30.0
FILL_S = 120
BLOCK = 4096  # bytes; less than a block cannot be taken
FILE = ".quorate-drill-full"

# fallocate(1) takes space without writing to it; what it cannot take in one piece is asked for in ever smaller ones.
# The last few blocks only a write gets, and one that fails ends it. XFS shows some as free all the same.
FILL = """\
cd "$1" && : >>"$2" || exit 1
size=$(df --output=avail --block-size=1 . | tail -n 1)
while [ "$size" -ge "$3" ]; do
  at=$(stat --format=%s "$2")
  fallocate --offset "$at" --length "$size" "$2" 2>/dev/null || size=$((size / 2))
done
while dd if=/dev/zero of="$2" bs="$3" count=1 oflag=append conv=notrunc 2>/dev/null; do :; done
"""


def obstacle(setting: Setting) -> str:
    """Ask for a file system that is the service's own."""
    store = setting.options.store(setting.service)
    if store is None:
        return f"{setting.service} keeps no data"
    return "its data lies on a file system that others may need as well" if isinstance(store, Provided) else ""


def is_its_own(output: str) -> bool:
    """Tell whether a directory is on another device than the one above it and the root, by `stat --format=%d`. Pure."""
    own, above, root = output.split()
    return own not in (above, root)


def _directory(scene: Scene) -> str:
    store = scene.options.store(scene.service)
    if store is None:
        raise UsageError(f"{scene.service} keeps no data", "choose another fault")
    return store.mount.directory


def removing(directory: str) -> Command:
    """Return the command that makes room again."""
    return command("rm", "--force", f"{directory}/{FILE}")


async def inject(scene: Scene) -> None:
    """Fill it; return when not one more block can be written. UsageError where it is not a file system of its own."""
    host, directory = scene.fleet[scene.victim], _directory(scene)
    devices = await host.run(command("stat", "--format=%d", directory, f"{directory}/..", "/"))
    if not is_its_own(devices.stdout):
        raise UsageError(f"{directory} is no file system of its own on {scene.victim}", "apply the file first")
    for one in scene.fleet.values():
        await timers.guarded(one, TIMER, removing(directory))
    await host.run(command("sh", "-c", FILL, "fill", directory, FILE, BLOCK), timeout_s=FILL_S)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Have it stay full, then make room as an operator would; wait until the service runs."""
    await asyncio.sleep(STAYS_S)
    await undo(scene)
    scene.event(Moment.NOTE, "room made again")
    return await settles(scene, client, since_ns)


async def undo(scene: Scene) -> None:
    """Remove the file, wherever the data are by now. The cluster forgets what failed."""
    for host in scene.fleet.values():
        await at(host, removing(_directory(scene)))
        await at(host, timers.cancelling(TIMER))
    await forget_failures(scene)


async def healed(scene: Scene) -> None:
    """Return when every node is a member."""
    await everybody_back(scene)
