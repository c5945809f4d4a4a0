"""lock: one apply at a time, held on every node of the cluster, and gone the moment whoever holds it is gone.

The lock is flock(1) on a file in /run/lock, held by a process at the far end of our own SSH connection: when this
program dies or loses the network, the process reads end-of-file and the kernel lets the lock go. Nothing can be left
behind that somebody has to clear.
"""

import getpass
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime

from quorate.build.step import Fleet
from quorate.errors import CommandFailed, Locked
from quorate.machines.host import Host, command

PATH = "/run/lock/quorate-apply"
BUSY = 75  # EX_TEMPFAIL of sysexits.h

# $1: the lock, $2: who we are. The file says who holds it, for the one who comes second.
HOLD = 'printf "%s\\n" "$2" > "$1.holder"; echo held; exec sleep infinity'


def whoami(what: str) -> str:
    """Return who holds the lock, in words."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return f"{getpass.getuser()} on {socket.gethostname()} (process {os.getpid()}, {what}, since {now})"


@asynccontextmanager
async def held(fleet: Fleet, what: str) -> AsyncIterator[None]:
    """Hold the lock on every node; raise Locked, with who holds it, when somebody else does.

    Nodes are locked in the order of their names, so that two who start together cannot hold half each.
    """
    me = whoami(what)
    async with AsyncExitStack() as stack:
        for name in sorted(fleet):
            lines = fleet[name].stream(
                # --no-fork: the sleeping process itself holds the lock, so that ending it lets the lock go.
                command(
                    *("flock", "--no-fork", "--nonblock", "--conflict-exit-code", BUSY, PATH),
                    *("sh", "-c", HOLD, "sh", PATH, me),
                )
            )
            assert isinstance(lines, AsyncGenerator)
            await stack.enter_async_context(aclosing(lines))
            await first_line(fleet[name], lines)
        yield


async def first_line(host: Host, lines: AsyncGenerator[str, None]) -> None:
    """Return when the far side says that it holds the lock."""
    try:
        if await anext(lines, None) == "held":
            return
    except CommandFailed:
        holder = await host.get(f"{PATH}.holder")
        who = holder.decode(errors="replace").strip() if holder else "somebody"
        raise Locked(f"{who} is changing this cluster (lock on {host.name})", "wait until they are done") from None
    raise Locked(f"the lock on {host.name} could not be taken", f"is {PATH} on {host.name} writable?")
