"""power: every fencing device answers from every node that may use it.

A device that only one peer can reach fails on the day that peer is the one to be fenced. Pacemaker watches a device
from one node only, so each peer asks by itself here (`stonith_admin --query`). Nothing is changed.
"""

import asyncio
from collections.abc import Iterator

from quorate.build.change import Change
from quorate.build.step import Fleet, Note
from quorate.build.want import Want
from quorate.errors import CommandFailed
from quorate.findings import Finding
from quorate.machines.host import Host, command

TITLE = "power"


async def look(fleet: Fleet, want: Want) -> None:
    """Nothing to look at before the devices are in the CIB."""


def changes(facts: None, want: Want) -> Iterator[Change | Finding]:  # noqa: ARG001
    """Yield nothing: the devices are part of the CIB."""
    yield from ()


def questions(want: Want) -> list[tuple[str, str]]:
    """Return who has to ask which device: every node, except the only victim of a device."""
    names = [node.name for node in want.cluster.nodes]
    devices = want.cluster.fencing.devices if want.cluster.fencing.enabled else ()
    return [(name, device.id) for device in devices for name in names if set(device.victims) != {name}]


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every peer has had an answer from every device."""

    async def ask(host: Host, device: str) -> str | None:
        done = await host.run(command("stonith_admin", "--query", device, "--timeout", 20), timeout_s=40, check=False)
        return (
            None
            if done.status == 0
            else f"{host.name} cannot reach {device}: {done.stderr.strip() or done.stdout.strip()}"
        )

    asked = questions(want)
    answers = await asyncio.gather(*(ask(fleet[name], device) for name, device in asked))
    deaf = [answer for answer in answers if answer]
    if deaf:
        raise CommandFailed("; ".join(deaf), "check the device's address, user, password and network from that node")
    if asked:
        note(f"{len(want.cluster.fencing.devices)} fencing devices answer, each to every peer ({len(asked)} questions)")
    else:
        note("no fencing devices")
