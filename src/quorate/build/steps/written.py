"""written: what services wrote on their stores at their first start is on disk, before any power is cut.

Not all of them see to it themselves. RabbitMQ 3.10 does not for the settings of a new virtual host: a power cut within
half a minute left that file empty, and no queue could be declared any more. Stands behind `services` and before the
test of fencing. Nothing is changed.
"""

import asyncio
from collections.abc import Iterator

from quorate.build.change import Change
from quorate.build.step import Fleet, Note
from quorate.build.storage.phases import stores
from quorate.build.want import Want
from quorate.findings import Finding
from quorate.machines.host import command

TITLE = "disks"
SYNC_S = 300


async def look(fleet: Fleet, want: Want) -> None:
    """Nothing to look at before services run."""


def changes(facts: None, want: Want) -> Iterator[Change | Finding]:  # noqa: ARG001
    """Yield nothing: what is written was written by the services."""
    yield from ()


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when sync(8) has returned on every node that may have a store."""
    nodes = sorted({name for stored in stores(want) for name in stored.nodes if name in fleet})
    await asyncio.gather(*(fleet[name].run(command("sync"), timeout_s=SYNC_S) for name in nodes))
    if nodes:
        note(f"what was written on {', '.join(nodes)} is on disk")
