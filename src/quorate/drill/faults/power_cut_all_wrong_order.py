"""power-cut-all-wrong-order: all nodes lose their power, and the one that served is back last. Lab only.

Where the service has replicated data its peer goes some seconds before all others, so that its copy is old, and is back
before the node with the newest rows, for as long as it would take to elect a DC by itself: it must not serve them.
"""

import asyncio

from quorate.drill import peer
from quorate.drill.aftermath import settles
from quorate.drill.fault import Scene, lab_only, no_choice
from quorate.drill.faults.power_cut_all import APART_S, healed, inject, meaning, must_boot, return_in_turn, undo
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt
from quorate.machines.waiting import until

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
    "must_boot",
    "obstacle",
    "passed",
    "prepare",
    "undo",
]

NAME = "power-cut-all-wrong-order"
SORT = "power"
TITLE = "The power of all nodes was cut; {node}, which served, was back last"
FLAG = "power of all cut, {node} served"
RETURNED = "{node} and all others are members again"
LEAVES = True
ALONE_S = 3.0
TEMPTED_S = 30.0  # more than Pacemaker's dc-deadtime
obstacle = lab_only
choose = no_choice


async def prepare(scene: Scene) -> None:
    """Let a replicated store's copy grow old: cut its node's power first, and wait until rows go on without it."""
    if peer.obstacle(scene.setting):
        return
    away = await peer.sent_away(scene)
    scene.note(f"{away} is gone; waiting until {scene.victim} writes without it")

    async def alone() -> bool | None:
        device = await peer.seen(scene)
        return (device is not None and not device.is_connected and device.peer_disk == "Outdated") or None

    await until(f"{scene.victim} holds {away}'s copy for old", alone, timeout_s=peer.AWAY_S, every_s=0.1)
    await asyncio.sleep(ALONE_S)  # for rows that are there only


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Switch the others on, then the one that served; wait until the service runs."""
    apart_s = APART_S if peer.obstacle(scene.setting) else TEMPTED_S
    await return_in_turn(scene, list(scene.survivors), [scene.victim], apart_s)
    return await settles(scene, client, since_ns)
