"""Power: of several lab nodes at once, as when a room loses it; somebody switches them on again."""

import asyncio
from collections.abc import Iterable

from quorate.drill.fault import Scene


async def off(scene: Scene, nodes: Iterable[str]) -> None:
    """Cut it; return when no process of these nodes is left."""
    await asyncio.gather(*(scene.lab.power(name, "off") for name in nodes))


async def on(scene: Scene, nodes: Iterable[str]) -> None:
    """Switch on those that are off."""
    await asyncio.gather(*(scene.lab.power(name, "on") for name in nodes))
