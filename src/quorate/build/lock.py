"""lock: one apply at a time, held on every node of the cluster, and gone when whoever holds it is gone.

The lock is flock(1) on a file in /run/quorate, a directory that only root can enter. A shell holds it at the far end
of our own SSH connection: when this program ends, however it ends, the shell reads end-of-file, and the kernel lets
the lock go. Nothing can be left behind that somebody has to clear.

When the network is lost instead, nobody is told. The shell says a line every minute, so the node's TCP notices that
nobody acknowledges it, and gives up 15 to 30 minutes later (tcp_retries2 of tcp(7)); until then the lock is held.

A node that is rebooted meanwhile (its fencing test) loses its lock, and it is taken again as soon as the node
answers. Until then the other nodes' locks keep everybody else out, for whoever comes needs all of them.
"""

import asyncio
import getpass
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime

from quorate.build.step import Fleet
from quorate.errors import Locked, QuorateError
from quorate.machines.host import Command, Host
from quorate.observe.facts import change_under_way

PATH = change_under_way.PATH
AGAIN_S = 0.5
BUSY = 75  # EX_TEMPFAIL of sysexits.h

# $1: the lock, $2: who we are. $1.holder says who holds it, for the one who comes second: the process, then the words.
# The words are only believed while that process is alive, for a holder that is killed cannot take its words away.
# The sleeper must not inherit the lock (9>&-), or it would keep it when the shell is gone.
HOLD = f"""umask 077
install --directory --mode=0700 "$(dirname "$1")" && exec 9>>"$1" || exit 1
flock --exclusive --nonblock --conflict-exit-code {BUSY} 9
status=$?
if [ $status -eq {BUSY} ]; then
  read -r process who 2>/dev/null <"$1.holder" && kill -0 "$process" 2>/dev/null || who=
  echo "busy $who"
fi
[ $status -eq 0 ] || exit $status
trap 'kill "$sleeper" 2>/dev/null; rm -f "$1.holder"; exit 0' HUP INT TERM
printf '%s %s\\n' $$ "$2" >"$1.holder"
while echo held; do
  sleep 60 >/dev/null 2>&1 9>&- & sleeper=$!
  wait "$sleeper"
done
rm -f "$1.holder"
"""


def whoami(what: str) -> str:
    """Return who holds the lock, in words."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return f"{getpass.getuser()} on {socket.gethostname()} (process {os.getpid()}, {what}, since {now})"


def hold(path: str, who: str) -> Command:
    """Return the command that takes the lock at `path` and says "held" every minute, or ends with status BUSY."""
    return Command(("sh", "-c", HOLD, "quorate-lock", path, who), purpose=f"taking the lock {path}")


@asynccontextmanager
async def held(fleet: Fleet, what: str) -> AsyncIterator[None]:
    """Hold the lock on every node; raise Locked, with who holds it, when somebody else does.

    Nodes are locked in the order of their names, so that two who start together cannot hold half each.
    """
    me = whoami(what)
    async with AsyncExitStack() as stack:
        for name in sorted(fleet):
            lines = await take(fleet[name], me)
            stack.push_async_callback(lines.aclose)  # for a task that is ended before it began
            stack.push_async_callback(end, asyncio.create_task(keep(fleet[name], me, lines)))
        yield


async def take(host: Host, me: str) -> AsyncGenerator[str, None]:
    """Return the holder's lines when it holds the lock; raise Locked when somebody else does."""
    lines = host.stream(hold(PATH, me))
    try:
        said = await anext(lines, "")
    except BaseException:
        await lines.aclose()
        raise
    if said == "held":
        return lines
    await lines.aclose()
    word, _, who = said.partition(" ")
    if word != "busy":
        raise Locked(f"the lock on {host.name} could not be taken", f"is {PATH} on {host.name} writable for root?")
    raise Locked(
        f"{who.strip() or 'somebody'} is changing this cluster (lock on {host.name})", "wait until they are done"
    )


async def keep(host: Host, me: str, lines: AsyncGenerator[str, None]) -> None:
    """Hold on to a lock that was taken, until this is cancelled; take it again when the node was away."""
    while True:
        async with aclosing(lines):
            with suppress(QuorateError):
                async for _ in lines:
                    pass
        lines = await take_again(host, me)


async def take_again(host: Host, me: str) -> AsyncGenerator[str, None]:
    """Try until the lock is held. Somebody who has it for a moment will fail at the other nodes, and give it back."""
    while True:
        await asyncio.sleep(AGAIN_S)
        with suppress(QuorateError):
            return await take(host, me)


async def end(task: "asyncio.Task[None]") -> None:
    """Let a lock go. What went wrong with holding it changes nothing any more."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
