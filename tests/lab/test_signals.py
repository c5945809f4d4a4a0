"""Nobody is told to end by what the lab does to itself."""

import asyncio
import signal
import subprocess
import sys

import pytest
from pyroute2 import NetNS, netns

from quorate.lab import cables

pytestmark = pytest.mark.lab

NAME = "quorate-t-signals"
OPENED = 150  # with pyroute2's own setting, 25 to 40 of 200 openings signalled their opener on a busy machine
BUSY = [sys.executable, "-c", "import time; end = time.monotonic() + 60\nwhile time.monotonic() < end: pass"]


def test_opening_a_namespace_signals_nobody() -> None:
    busy = [subprocess.Popen(BUSY) for _ in range(3)]
    cables.remove(NAME)
    netns.create(NAME)
    try:
        assert asyncio.run(terminated_while_opening()) == 0
    finally:
        cables.remove(NAME)
        for process in busy:
            process.kill()
            process.wait()


async def terminated_while_opening() -> int:
    seen = []
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, seen.append, "SIGTERM")
    await asyncio.to_thread(open_often)
    await asyncio.sleep(0.1)
    return len(seen)


def open_often() -> None:
    for _ in range(OPENED):
        with NetNS(NAME, flags=0):
            pass
