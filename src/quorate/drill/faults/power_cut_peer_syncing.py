"""power-cut-peer-syncing: the node that serves loses its power while its peer is to be brought up to date.

The two are connected, and the peer's copy is old or torn (DRBD: Inconsistent). It must fence the node that has the
data, and wait for it.
"""

from quorate.build.step import answer
from quorate.drill import peer
from quorate.drill.fault import Scene, no_choice
from quorate.drill.faults import power_cut
from quorate.drill.faults.power_cut import healed, inject, meaning, passed
from quorate.machines.host import command

__all__ = [
    "FLAG",
    "LEAVES",
    "NAME",
    "RETURNED",
    "SORT",
    "TITLE",
    "choose",
    "healed",
    "inject",
    "meaning",
    "obstacle",
    "passed",
    "prepare",
    "undo",
]

NAME = "power-cut-peer-syncing"
SORT = "power"
TITLE = "The power of {node} was cut while its peer, back from a power cut, was being brought up to date"
FLAG = "power of {node} cut"
RETURNED = "{node} is a member again"
LEAVES = True
obstacle = peer.obstacle
choose = no_choice


async def prepare(scene: Scene) -> None:
    """Cut the peer's power, and wait until it is back and its copy is old; it stays so until the cut."""
    away = await peer.sent_away(scene)
    await peer.hold_resynchronisation(scene)
    scene.note(f"{away} is gone; waiting until it comes back and is brought up to date")
    await peer.back(scene, away)
    await peer.resynchronising(scene)


async def undo(scene: Scene) -> None:
    """Let the resynchronisation go on; a node that has lost its power has forgotten it, and may not be there."""
    await power_cut.undo(scene)
    await answer(
        scene.fleet[scene.victim].run(command("drbdadm", "resume-sync", peer.store_of(scene).name), check=False)
    )
