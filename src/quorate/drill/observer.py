"""Observer: for the time of a drill a small program on every node says what the node holds (programs/places).

    places/NODE.jsonl   {"asked_ns"}                             an observer was asked for
                        {"mono_ns", ... "held", "arrived_ns"}    a line of it, with the moment in which it came
                        {"asked_ns", "answered_ns", "wall_ns"}   the node's wall clock, asked for in between
                        {"broken", "arrived_ns"}                 why there was no other line

Every node is reached over a connection of its own, which nothing else can hold up or close. Where it breaks, a new
observer is started as soon as the node can be reached again; what happened meanwhile nobody saw. The program travels in
its own command line: nothing is written to the node, and it ends with the connection. sightings.py reads the lines.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from importlib import resources
from typing import Any

from quorate.drill.sightings import Marker
from quorate.errors import QuorateError
from quorate.machines.host import Command, Host, command

BEGUN_S = 20.0  # until the first line of each; after that the drill goes on without
LASTS_S = 3600  # more than any run takes
CONNECT_S = 3.0
AGAIN_S = 0.3
CLOCKS = 3  # questions for the node's clock; the narrowest counts
WALL_CLOCK = command("date", "+%s%N")

Write = Callable[[Mapping[str, Any]], None]


@asynccontextmanager
async def observing(
    fleet: Mapping[str, Host], markers: Sequence[Marker], write: Callable[[str, Mapping[str, Any]], None]
) -> AsyncIterator[None]:
    """Have every node observed for the time of the block. write: keeps a line of that node."""
    begun = {name: asyncio.Event() for name in (fleet if markers else ())}
    tasks = [
        asyncio.create_task(observe(fleet[name].apart(), markers, partial(write, name), event))
        for name, event in begun.items()
    ]
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(BEGUN_S):
                for event in begun.values():
                    await event.wait()
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):  # a defect; being cancelled is none
                raise ended


async def observe(host: Host, markers: Sequence[Marker], write: Write, begun: asyncio.Event) -> None:
    """Observe one node until cancelled; begun is set with the first line."""
    said = ""
    try:
        while True:
            try:
                await host.reconnect(timeout_s=CONNECT_S)
                async for line in _lines(host, markers, write):
                    write(line)
                    said = ""
                    begun.set()
            except QuorateError as error:
                if error.message != said:  # a node that is off is tried again and again
                    write({"broken": error.message, "arrived_ns": time.monotonic_ns()})
                said = error.message
            await asyncio.sleep(AGAIN_S)
    finally:
        await host.close()


async def _lines(host: Host, markers: Sequence[Marker], write: Write) -> AsyncIterator[Mapping[str, Any]]:
    """Yield an observer's lines, each with the moment in which it came; ask for the clock after the first."""
    write({"asked_ns": time.monotonic_ns()})
    is_first = True
    async with aclosing(host.stream(program(markers))) as stream:
        async for text in stream:
            arrived_ns = time.monotonic_ns()
            with suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict):
                    yield {**line, "arrived_ns": arrived_ns}
            if is_first:
                for _ in range(CLOCKS):
                    write(await _clock(host))
            is_first = False


async def _clock(host: Host) -> Mapping[str, int]:
    asked_ns = time.monotonic_ns()
    told = await host.run(WALL_CLOCK, timeout_s=2)
    return {"asked_ns": asked_ns, "answered_ns": time.monotonic_ns(), "wall_ns": int(told.stdout)}


def program(markers: Sequence[Marker]) -> Command:
    """Return the command that starts an observer on a node."""
    wanted = {marker.id: [marker.kind, marker.value] for marker in markers}
    text = resources.files("quorate.drill").joinpath("programs/places").read_text("utf-8")
    return Command(
        ("python3", "-I", "-S", "-c", text, json.dumps(wanted), str(LASTS_S)), purpose="observing what runs there"
    )
