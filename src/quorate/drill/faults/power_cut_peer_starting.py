"""power-cut-peer-starting: the node that serves loses its power just when its peer is back, before DRBD is.

The peer's copy is old, and it is alone. In an experiment without fencing it served it, and 245 rows were lost. It must
fence the node that has the data, and wait for it.
"""

from quorate.drill import peer
from quorate.drill.fault import Scene, no_choice
from quorate.drill.faults.power_cut import healed, inject, passed, undo
from quorate.drill.meaning import Uncovered
from quorate.errors import Unknown

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
    "obstacle",
    "passed",
    "prepare",
    "undo",
]

NAME = "power-cut-peer-starting"
SORT = "power"
TITLE = "The power of {node} was cut while its peer, back from a power cut, was still starting its DRBD"
FLAG = "power of {node} cut"
RETURNED = "{node} is a member again"
LEAVES = True
obstacle = peer.obstacle
choose = no_choice
meaning = Uncovered("it begins with a cluster at rest, and here a node is still starting")


async def prepare(scene: Scene) -> None:
    """Cut the peer's power and wait until it is back; Unknown when its DRBD was quicker."""
    away = await peer.sent_away(scene)
    scene.note(f"{away} is gone; waiting until it comes back")
    await peer.back(scene, away)
    device = await peer.seen(scene)
    if device is None or device.is_connected:
        raise Unknown(f"{away}'s DRBD was connected already", "run it again")
