"""Probe: start a client in a process of its own, follow what it writes, stop it.

    async with probing("http", settings) as probe:
        await probe.wait_steady()
        ...cut the power...
        await probe.wait_answered(since_ns=injected.at_ns, timeout_s=60)

The probe writes its file itself; this module only reads along, so that nothing here can disturb the measurement.
Raises NeverComes when the probe ended while something was waited for, TimedOut when it did not come in time.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from quorate.drill.probes._process import Settings
from quorate.drill.record import Attempt
from quorate.errors import NeverComes, TimedOut

__all__ = ["ProbeProcess", "Settings", "probing", "start"]

# A MariaDB that hangs is found by its monitor's time limit and then takes all that its stop is given: 150 s at least.
ANSWERED_S = 420.0
FOLLOW_S = 0.02  # how often the file is looked at: the probe's own rhythm


class ProbeProcess:
    """A probe that is running. `attempts` grows while something is waited for, in the order they were done."""

    def __init__(self, name: str, settings: Settings, process: asyncio.subprocess.Process) -> None:
        self.settings = settings
        self.attempts: list[Attempt] = []
        self._name = name
        self._process = process
        self._path = Path(settings.output)
        self._offset = 0

    @property
    def pid(self) -> int:
        """Process id of the probe."""
        return self._process.pid

    async def wait_steady(self, answers: int = 50, *, timeout_s: float = 30) -> Attempt:
        """Wait until the last `answers` attempts were all good; return the last."""

        def is_steady() -> Attempt | None:
            last = self.attempts[-answers:]
            return last[-1] if len(last) == answers and all(attempt.ok for attempt in last) else None

        return await self._wait(is_steady, f"{answers} good answers in a row", timeout_s)

    async def wait_failed(self, *, since_ns: int, timeout_s: float = 30) -> Attempt:
        """Wait for the first attempt sent at or after `since_ns` (monotonic) that failed: clients notice the fault."""
        return await self._wait(lambda: self._first(since_ns, ok=False), "an attempt that fails", timeout_s)

    async def wait_answered(self, *, since_ns: int, timeout_s: float = ANSWERED_S) -> Attempt:
        """Wait for the first good answer to an attempt sent at or after `since_ns` (monotonic).

        Give the moment of the first failure, not of the fault: a service dies a little after it was shot.
        """
        return await self._wait(lambda: self._first(since_ns, ok=True), "a good answer", timeout_s)

    async def stop(self) -> None:
        """End the probe; what it has asked is answered or timed out first. Harmless when it has ended already."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        patience_s = self.settings.timeout_ms / 1000 + 5
        try:
            await asyncio.wait_for(self._process.wait(), patience_s)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._read()

    def _first(self, since_ns: int, *, ok: bool) -> Attempt | None:
        return next((one for one in self.attempts if one.sent_ns >= since_ns and one.ok is ok), None)

    async def _wait(self, found: Callable[[], Attempt | None], what: str, timeout_s: float) -> Attempt:
        end = time.monotonic() + timeout_s
        while True:
            ended = self._process.returncode is not None
            self._read()
            attempt = found()
            if attempt is not None:
                return attempt
            if ended:
                raise NeverComes(f"The {self._name} probe ended before it saw {what}.{await self._complaint()}")
            if time.monotonic() >= end:
                raise TimedOut(
                    f"The {self._name} probe did not see {what} within {timeout_s:g} s ({self._tally()}).",
                    f"Ask yourself from the same network: {self.settings.target}",
                )
            await asyncio.sleep(FOLLOW_S)

    def _tally(self) -> str:
        last = self.attempts[-50:]
        results = sorted({attempt.result for attempt in last})
        counts = (f"{sum(one.result == result for one in last)} {result}" for result in results)
        return "lately: " + ", ".join(counts) if last else "it has asked nothing yet"

    async def _complaint(self) -> str:
        stderr = self._process.stderr
        text = (await stderr.read()).decode(errors="replace").strip() if stderr else ""
        return f" It said: {text}" if text else ""

    def _read(self) -> None:
        """Take in the lines that are whole by now."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except FileNotFoundError:
            return
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            value = json.loads(line)
            if "n" in value:
                self.attempts.append(Attempt.parse(value))


async def start(name: str, settings: Settings) -> ProbeProcess:
    """Start the probe probes/NAME.py. Call it from the main thread: the probe ends with the thread that started it."""
    module = f"quorate.drill.probes.{name}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(settings)).encode())
    with suppress(BrokenPipeError, ConnectionResetError):
        await process.stdin.drain()
    process.stdin.close()
    return ProbeProcess(name, settings, process)


@asynccontextmanager
async def probing(name: str, settings: Settings) -> AsyncIterator[ProbeProcess]:
    """Have a probe run for the time of the block; it is stopped however the block ends."""
    process = await start(name, settings)
    try:
        yield process
    finally:
        await process.stop()
