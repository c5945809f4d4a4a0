"""power: every node sees the power of every other node, through the cluster's own fencing devices.

A device that only one peer can reach fails on the day that peer is the one to be fenced, and one whose port is another
node's cuts the wrong power. Pacemaker asks a device only for its own health, and from one node. So each peer runs the
fence agent's `status` action here for each node that it may have to fence (fence_agent.py). An agent that has no such
action is asked for its health (`stonith_admin --query`). Nothing is changed.
"""

import asyncio
from collections.abc import Iterator

from quorate.build import fence_agent
from quorate.build.change import Change
from quorate.build.step import Fleet, Note
from quorate.build.want import Want
from quorate.describe.cluster import FenceDevice
from quorate.errors import CommandFailed
from quorate.findings import Finding
from quorate.machines.host import Command, command

TITLE = "power"
ANSWER_S = 20
AT_ONCE = 2  # logins to one device: boards and power strips have few, and old ones a single one

Question = tuple[str, FenceDevice, str]  # the peer that asks, the device, the node whose power is asked for


async def look(fleet: Fleet, want: Want) -> None:
    """Nothing to look at before the devices are in the CIB."""


def changes(facts: None, want: Want) -> Iterator[Change | Finding]:  # noqa: ARG001
    """Yield nothing: the devices are part of the CIB."""
    yield from ()


def questions(want: Want) -> list[Question]:
    """Return who has to see whose power through which device: every node that of every other."""
    names = [node.name for node in want.awaited]
    devices = want.cluster.fencing.devices if want.cluster.fencing.enabled else ()
    return [
        (name, device, victim)
        for device in devices
        for victim in device.victims
        for name in names
        if name != victim and victim in names
    ]


def asking(device: FenceDevice, victim: str) -> Command:
    """Return the command that ends with 0 when `victim` is switched on, 2 when off; anything else: not known."""
    if not fence_agent.tells_power(device):
        return command("stonith_admin", "--query", device.id, "--timeout", ANSWER_S)
    return fence_agent.calling(device, victim, "status", ANSWER_S)


def problem(question: Question, status: int, said: str, want: Want) -> str | None:
    """Return what is wrong with an answer, None when the peer sees that the node is on. `said` may hold a secret."""
    peer, device, victim = question
    if status == 0:
        return None
    if status == 2:
        return f"{peer} is told by {device.id} that {victim} is switched off, though it runs: is that another's power?"
    reason = fence_agent.reason(device, status, said, want.secret)
    return f"{peer} cannot see the power of {victim} through {device.id}: {reason}"


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every peer sees the power of every other node; who does not is asked once more, then named."""
    asked = questions(want)
    free = {device.id: asyncio.Semaphore(AT_ONCE) for _, device, _ in asked}

    async def ask(question: Question) -> str | None:
        peer, device, victim = question
        async with free[device.id]:
            done = await fleet[peer].run(asking(device, victim), timeout_s=2 * ANSWER_S, check=False)
        return problem(question, done.status, f"{done.stdout}\n{done.stderr}", want)

    answers = await asyncio.gather(*(ask(question) for question in asked))
    blind = [question for question, answer in zip(asked, answers, strict=True) if answer]
    left = [answer for answer in await asyncio.gather(*(ask(question) for question in blind)) if answer]
    if left:
        raise CommandFailed("; ".join(left), "check the device's address, port, user, password and network from there")
    if asked:
        note(f"every node sees the power of every other ({len(asked)} questions)")
    else:
        note("no fencing devices")
