"""Channel: a worker process, one question at a time.

In: the program. Out: its answers, or Died: it ended, it fell silent, or it said what is no answer. It is started in a
session of its own, so that Ctrl-C reaches it only through us, and with an environment that names no cluster.
"""

import os
import select
import signal
import subprocess
import time
from pathlib import Path

LENGTH_MAX = 1 << 30
HEAD_MAX = 12


class Died(Exception):
    """The worker is gone; the message says how, and it has been reaped."""


class Channel:
    """A worker process. timeout_s: how long one answer may take."""

    def __init__(self, program: Path, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        try:
            self._process = subprocess.Popen(
                [str(program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "G_SLICE": "always-malloc"}
                | {name: os.environ[name] for name in {"TZ"} & {*os.environ}},
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise Died(f"cannot be started: {error}") from error

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask(self, request: bytes) -> bytes:
        """Return the answer to a request; Died if there is none. A length and a newline go before either."""
        deadline = time.monotonic() + self._timeout_s
        try:
            self._send(b"%d\n" % len(request) + request, deadline)
            return self._receive(deadline)
        except OSError as error:
            raise Died(self._end()) from error
        except Died:
            self.close()
            raise

    def _send(self, rest: bytes, deadline: float) -> None:
        assert self._process.stdin is not None
        pipe, view = self._process.stdin.fileno(), memoryview(rest)
        while view:
            self._wait([], [pipe], deadline)
            view = view[os.write(pipe, view[: select.PIPE_BUF]) :]

    def _receive(self, deadline: float) -> bytes:
        found = b""
        while b"\n" not in found and len(found) <= HEAD_MAX:
            found += self._part(deadline)
        head, _, found = found.partition(b"\n")
        if len(head) > HEAD_MAX or not head.isdigit() or int(head) > LENGTH_MAX:
            raise Died("said what is no answer")
        parts, missing = [found], int(head) - len(found)
        while missing > 0:
            parts.append(self._part(deadline))
            missing -= len(parts[-1])
        if missing:
            raise Died("said what is no answer")
        return b"".join(parts)

    def _part(self, deadline: float) -> bytes:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        self._wait([pipe], [], deadline)
        if part := os.read(pipe, 1 << 20):
            return part
        raise Died(self._end())

    def _wait(self, read: list[int], write: list[int], deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not any(select.select(read, write, [], left)):
            raise Died(f"said nothing for {self._timeout_s:g} s")

    def _end(self) -> str:
        """Return how it ended, now that a pipe is broken."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.close()
            return "closed its output"
        self.close()
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"

    def close(self) -> None:
        """End the process: it ends with its input, and is killed if it is still at work."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
