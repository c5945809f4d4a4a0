"""Probe: start a client in a process of its own, follow what it writes, stop it.

    async with probing("http", settings) as probe:
        await probe.wait_steady()
        ...cut the power...
        await probe.wait_answered(since_ns=injected.at_ns, timeout_s=60)

The probe writes its file itself; this module only reads along, so that nothing here can disturb the measurement.
Several that run at once are followed as one (`Clients`). `once` asks a program beside the probes one thing.
Raises NeverComes when the probe ended while something was waited for, TimedOut when it did not come in time.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from quorate.drill.probes._process import Settings
from quorate.drill.record import Attempt
from quorate.drill.verdict import enough_answers
from quorate.errors import CommandFailed, NeverComes, TimedOut

__all__ = ["Clients", "ProbeProcess", "Settings", "once", "probing", "probing_all", "start"]

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

    async def wait_steady(self, answers: int | None = None, *, timeout_s: float = 30) -> Attempt:
        """Wait until the last `answers` attempts were all good; return the last. None: what a verdict asks, twice."""
        answers = answers or 2 * enough_answers(self.settings.every_ms)

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

    async def wait_again(self, *, since_ns: int) -> Attempt:
        """Return the first good answer after the first failure since then; if there was none, the next good one."""
        last = await self.wait_answered(since_ns=max(since_ns, time.monotonic_ns()))
        failed = next((one for one in self.attempts if one.sent_ns >= since_ns and not one.ok), None)
        again = [one for one in self.attempts if failed and one.ok and one.sent_ns >= failed.done_ns]
        return again[0] if again else last

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


@dataclass(frozen=True, slots=True)
class Clients:
    """Clients of one service, or of several, that ask at once. A fault waits for what all of them see."""

    probes: Sequence[ProbeProcess]

    async def wait_steady(self) -> None:
        """Wait until each has had good answers in a row."""
        for probe in self.probes:
            await probe.wait_steady()

    async def wait_failed(self, *, since_ns: int) -> Attempt:
        """Return the first failure that one of them sees."""
        tasks = [asyncio.create_task(probe.wait_failed(since_ns=since_ns)) for probe in self.probes]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def wait_answered(self, *, since_ns: int) -> Attempt:
        """Return the last of their first good answers to what was sent since then."""
        return _last([await probe.wait_answered(since_ns=since_ns) for probe in self.probes])

    async def wait_again(self, *, since_ns: int) -> Attempt:
        """Return the last of their first answers after a failure; of one that saw none, its next answer counts."""
        return _last([await probe.wait_again(since_ns=since_ns) for probe in self.probes])


def _last(attempts: Sequence[Attempt]) -> Attempt:
    return max(attempts, key=lambda attempt: attempt.done_ns)


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


@asynccontextmanager
async def probing_all(asking: Sequence[tuple[str, Settings]]) -> AsyncIterator[Clients]:
    """Have several run, each (kind, settings), for the time of the block."""
    async with AsyncExitStack() as stack:
        yield Clients([await stack.enter_async_context(probing(kind, settings)) for kind, settings in asking])


async def once(program: str, told: Mapping[str, Any], *, limit_s: float) -> str:
    """Run probes/PROGRAM.py to its end and return what it printed. told: its input, as JSON.

    CommandFailed with what it said where it ended otherwise, or not in time.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"quorate.drill.probes.{program}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(limit_s):
            output, complaint = await process.communicate(json.dumps(told).encode())
    except TimeoutError:
        raise CommandFailed(f"no answer within {limit_s:g} s", "look at the service") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise CommandFailed(complaint.decode(errors="replace").strip(), "look at the service")
    return output.decode()
