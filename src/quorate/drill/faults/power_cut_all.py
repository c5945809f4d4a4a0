"""power-cut-all: all nodes lose their power at once, as when it fails in the room; the one that served is back first.

It has the newest data. The others follow when its Pacemaker has run for five seconds. Lab only.
"""

import asyncio
from collections.abc import Mapping, Sequence

from quorate.drill import power
from quorate.drill.aftermath import everybody_back, reached, return_s, settles
from quorate.drill.fault import Scene, Setting, lab_only, no_choice, nothing, status
from quorate.drill.meaning import Faced, Meaning, lost_together
from quorate.drill.probe import Clients
from quorate.drill.record import Attempt, Moment
from quorate.drill.votes import can_begin
from quorate.machines.waiting import until

NAME = "power-cut-all"
SORT = "power"
TITLE = "The power of all nodes was cut; {node}, which served, was back first"
FLAG = "power of all cut, {node} served"
RETURNED = "{node} and all others are members again"
LEAVES = True
DARK_S = 2.0
APART_S = 5.0
obstacle = lab_only
choose = no_choice
prepare = nothing


def must_boot(_setting: Setting, _victim: str, _chosen: Mapping[str, str]) -> bool:
    """Say that all must."""
    return True


def meaning(faced: Faced) -> Meaning:
    """Explore takes it for the loss of all nodes at one moment."""
    return Meaning((lost_together(faced.subject.nodes),))


async def inject(scene: Scene) -> None:
    """Cut it; the lab returns when no process of any node is left."""
    await power.off(scene, scene.fleet)


async def passed(scene: Scene, client: Clients, since_ns: int) -> Attempt:
    """Switch the one that served on, then the others; wait until the service runs."""
    await return_in_turn(scene, [scene.victim], list(scene.survivors))
    return await settles(scene, client, since_ns)


async def return_in_turn(scene: Scene, first: Sequence[str], last: Sequence[str], apart_s: float = APART_S) -> None:
    """Switch some on, and the rest when the Pacemaker of these has run for a while."""
    await asyncio.sleep(DARK_S)
    enough = can_begin(scene.want.cluster, first)
    scene.event(Moment.HELPED if enough else Moment.NOTE, f"{' and '.join(first)} switched on")
    await power.on(scene, first)
    for name in first:
        await _pacemaker_runs(scene, name)
    await asyncio.sleep(apart_s)
    scene.event(Moment.NOTE if enough else Moment.HELPED, f"{' and '.join(last)} switched on")
    await power.on(scene, last)


async def _pacemaker_runs(scene: Scene, name: str) -> None:
    host = scene.fleet[name]

    async def so() -> bool | None:
        return (await reached(host) and await status({name: host}) is not None) or None

    await until(f"Pacemaker runs on {name}", so, timeout_s=return_s(scene), every_s=0.3)


async def undo(scene: Scene) -> None:
    """Switch on what is off."""
    await power.on(scene, scene.fleet)


async def healed(scene: Scene) -> None:
    """Return when every node is a member again."""
    await everybody_back(scene)
