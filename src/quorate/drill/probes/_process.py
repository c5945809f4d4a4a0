"""The process around a probe: its settings, its network namespace, its clock, its file and its end.

A probe ends on SIGTERM, when the process that started it is gone, and at its time bound, whichever comes first; what
it has asked by then is answered or timed out before it goes. Standard library only: it must start at once.
"""

import ctypes
import errno
import json
import os
import re
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

CLONE_NEWNET = 0x40000000  # sched.h
PR_SET_PDEATHSIG = 1  # prctl(2)
RESULTS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
    errno.ENETDOWN: "unreachable",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What every probe is told, as JSON on standard input.

    every_ms: one attempt each. timeout_ms: an attempt's own time limit, from connect to the last byte. seconds_max: the
    bound of the whole probe. output: file that is appended to. namespace: path of a network namespace to enter, or
    None. nodes: names of nodes to look for in an answer. expect: text a good answer must contain. one_at_a_time: a slow
    attempt does hold back the next, for what is asked may not be asked twice at once. user, password: of an account.
    first: number of the first row that is written, so that the rows of several clients differ. hurry_ms: how soon to
    ask again while the answer is not good; 0: as always. Good answers that cost a server dear are so asked
    for seldom, and the end of an outage is seen all the same. project: that a token is to be for. token: what an image
    service lets a client in by. image, digest: the id of one, and the SHA-256 of its content.
    """

    target: str
    output: str
    every_ms: float = 20
    timeout_ms: float = 500
    seconds_max: float = 600
    namespace: str | None = None
    nodes: tuple[str, ...] = ()
    expect: str = ""
    one_at_a_time: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    first: int = 0
    hurry_ms: float = 0
    project: str = ""
    token: str = field(default="", repr=False)
    image: str = ""
    digest: str = ""

    @property
    def in_flight_max(self) -> int:
        """Attempts open at once, at most: as many as can start within one time limit, and one more.

        So a slow attempt never holds back the next; the bound itself is only met by a clock that jumps.
        """
        if self.one_at_a_time:
            return 1
        return int(-(-self.timeout_ms // (self.hurry_ms or self.every_ms))) + 1

    @classmethod
    def parse(cls, text: str) -> "Settings":
        """Read the JSON object; TypeError or ValueError when it does not fit."""
        value: dict[str, Any] = dict(json.loads(text))
        value["nodes"] = tuple(value.get("nodes", ()))
        settings = cls(**value)
        if min(settings.every_ms, settings.timeout_ms, settings.seconds_max) <= 0:
            raise ValueError("every_ms, timeout_ms and seconds_max must be above 0")
        return settings


class Client(Protocol):
    """What a kind of probe has to bring."""

    def send(self, n: int, now_ns: int) -> None:
        """Begin attempt number n."""

    def wait(self, until_ns: int) -> None:
        """Advance open attempts until then; close those over their time limit."""

    @property
    def in_flight(self) -> int:
        """How many attempts are open."""

    def is_troubled(self, now_ns: int) -> bool:
        """Tell whether there was no good answer, so that it is worth while to ask again soon."""


class Output:
    """The probe's file: JSON lines, each written whole by one system call on a descriptor opened for appending."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def line(self, value: dict[str, Any]) -> None:
        """Append one line."""
        os.write(self._file, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def clocks() -> tuple[int, int]:
    """Return (monotonic, wall) in ns, of one moment: the wall clock is read between two readings of the other."""
    before = time.monotonic_ns()
    wall = time.time_ns()
    return (before + time.monotonic_ns()) // 2, wall


def enter(namespace: str) -> None:
    """Move this process into a network namespace (setns(2)); before any socket is made. OSError if it cannot.

    os.setns came with Python 3.12.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(namespace).open("rb") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter network namespace {namespace}")


def address(target: str) -> tuple[str, int]:
    """Split host:port; an IPv6 address stands in brackets. ValueError if it is neither."""
    found = re.fullmatch(r"\[([^\]]+)\]:(\d+)|([^:]+):(\d+)", target)
    if found is None:
        raise ValueError(f"{target!r} is not host:port")
    return found[1] or found[3], int(found[2] or found[4])


class Ending:
    """Whether it is time to go, and why. The kernel sends SIGTERM too when the parent dies (prctl(2))."""

    def __init__(self, seconds_max: float) -> None:
        self._parent = os.getppid()
        self._end_ns = time.monotonic_ns() + int(seconds_max * 1e9)
        self._told = False
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the whole group; the parent decides
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature is signal's
        self._told = True

    def reason(self) -> str | None:
        """Return None to go on, else why to end."""
        if os.getppid() != self._parent:
            return "parent gone"
        if self._told:
            return "stopped"
        return "time bound" if time.monotonic_ns() >= self._end_ns else None


def ask_on_schedule(settings: Settings, client: Client, ending: Ending) -> str:
    """Send attempt n at start + n * every_ms until the end; return why it ended.

    Moments that passed while this process did not run are left out, not made up for: their numbers are missing in the
    record, and the verdict sees the pause. With hurry_ms the steps are as short as that, and most of them are left out
    as long as all is well.
    """
    every_ns = int((settings.hurry_ms or settings.every_ms) * 1e6)
    seldom = max(1, round(settings.every_ms * 1e6 / every_ns))
    start = time.monotonic_ns()
    n, due = 0, 0
    while (reason := ending.reason()) is None:
        now = time.monotonic_ns()
        if now >= start + n * every_ns:
            n = (now - start) // every_ns
            if client.in_flight < settings.in_flight_max and (n >= due or client.is_troubled(now)):
                client.send(n, now)
                due = n + seldom
            n += 1
        client.wait(start + n * every_ns)
    while client.in_flight:
        client.wait(time.monotonic_ns() + every_ns)
    return reason


def run(probe: str, client_of: "type[Any]") -> None:
    """Be the probe called `probe`: read settings, write the start line, ask, write the end line.

    client_of(settings, output) makes the Client. Exits with status 2 and a sentence on standard error if it cannot.
    """
    try:
        settings = Settings.parse(sys.stdin.read())
        ending = Ending(settings.seconds_max)
        output = Output(settings.output)
        if settings.namespace is not None:
            enter(settings.namespace)
        client: Client = client_of(settings, output)
    except (OSError, TypeError, ValueError) as error:
        sys.stderr.write(f"{probe} probe: {error}\n")
        raise SystemExit(2) from None
    monotonic, wall = clocks()
    output.line(
        {
            "start": probe,
            "target": settings.target,
            "every_ms": settings.every_ms,
            "timeout_ms": settings.timeout_ms,
            "in_flight_max": settings.in_flight_max,
            "monotonic_ns": monotonic,
            "wall_ns": wall,
        }
    )
    reason = ask_on_schedule(settings, client, ending)
    monotonic, wall = clocks()
    output.line({"end": reason, "monotonic_ns": monotonic, "wall_ns": wall, "cpu_s": round(time.process_time(), 4)})
