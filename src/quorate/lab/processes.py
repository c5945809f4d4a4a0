"""Programs of this machine that the lab runs and waits for. Output goes to a log, or is returned; nothing is shown.

They die when quorate does, however it dies (PR_SET_PDEATHSIG, prctl(2)): what is still at work for a lab after its
`up` was killed could make things that the next `down` has already cleared.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from quorate.errors import CommandFailed

WITH_US = ("setpriv", "--pdeathsig", "KILL")


async def run(*argv: str, environment: dict[str, str] | None = None) -> str:
    """Run a program and return what it printed; CommandFailed on a status other than 0."""
    process = await asyncio.create_subprocess_exec(
        *WITH_US,
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
    )
    output, _ = await process.communicate()
    text = output.decode(errors="replace")
    if process.returncode != 0:
        raise CommandFailed(f"{Path(argv[0]).name} ended with status {process.returncode}: {text.strip()[-500:]}")
    return text


async def run_to_log(argv: Sequence[str], log: Path, environment: dict[str, str] | None = None) -> int:
    """Run a program with its output in `log`; return its status. Cancelled: it and its children are killed."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *WITH_US,
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
        try:
            return await process.wait()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            raise
