"""isolated-mute: packets to the other nodes are dropped at the node that serves; it hears all of them.

With knet it is as if both ways were cut: a link is up while its pings are answered, and neither side's are. After 1 s
both links were down; the others formed a membership without it after 3.6 s and fenced it after 6.8 s. It had no quorum
and stopped its service by itself after 4.3 s (one run, three containers, a token of 1 s).
"""

from quorate.drill import packets
from quorate.drill.fault import Scene, no_choice, nothing
from quorate.drill.faults.isolated import healed, meaning, passed, undo

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

NAME = "isolated-mute"
SORT = "network"
TITLE = "{node} is not heard by the other nodes"
FLAG = "{node} is mute"
RETURNED = "{node} is a member again"
LEAVES = True
obstacle = packets.filtered
choose = no_choice
prepare = nothing


async def inject(scene: Scene) -> None:
    """Drop what comes out to the others; return when some packets have been."""
    others = packets.addresses(scene.want.cluster, scene.survivors)
    await packets.drop(scene.fleet[scene.victim], others, ("out",))
