"""Pool: several processes with a scheduler each, which answer tasks in whatever order they are done. Starts processes.

Each is this Python again, started for working.py, and spoken to through its own pipes; it ends when they are closed,
whatever becomes of us. What they write lies in a folder that is ours: it goes even if one of them had to be killed.
Each is handed a task when it has nothing to do: nothing piles up, and no two wait for each other with full pipes.
"""

import copyreg
import io
import os
import pickle
import selectors
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import MappingProxyType, TracebackType
from typing import IO, Any, Protocol, Self

from quorate.errors import Unknown
from quorate.explore.standing import Stood
from quorate.explore.work import Answer, Setup, Task, Work

END_S = 5
"""How long a process that was told to end may take to clear up."""


class Pool(Protocol):
    """Whoever answers tasks. A context manager."""

    @property
    def name(self) -> str:
        """The scheduler's name."""

    @property
    def rest(self) -> Stood:
        """The cluster before anything fails."""

    def answers(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Yield the answers to all tasks, in whatever order."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Here:
    """No other process: everything is answered here, one after the other."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._scheduler = setup.make(setup.subject.cib)

    def __enter__(self) -> Self:
        self._scheduler.__enter__()
        try:
            self._work = Work(self._setup, self._scheduler)
        except BaseException:
            self._scheduler.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.__exit__(kind, error, trace)

    @property
    def name(self) -> str:
        """The scheduler's name."""
        return self._work.name

    @property
    def rest(self) -> Stood:
        """The cluster before anything fails."""
        return self._work.rest

    def answers(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Yield the answers, in order."""
        return map(self._work.answer, tasks)


class Processes:
    """Several processes. jobs: how many."""

    def __init__(self, setup: Setup, jobs: int) -> None:
        self._setup, self._jobs = setup, jobs
        self._processes: list[_Process] = []
        self._folder = tempfile.TemporaryDirectory(prefix="quorate-scheduler-", ignore_cleanup_errors=True)
        self.name = ""

    def __enter__(self) -> Self:
        try:
            first = None
            for _ in range(self._jobs):
                self._processes.append(_Process(self._folder.name))
            for process in self._processes:
                process.send(self._setup)
            for process in self._processes:
                self.name, stood = process.receive()
                first = first or stood
        except BaseException:
            self.__exit__(None, None, None)
            raise
        assert first is not None, "a pool has at least one process"
        self.rest = first
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.end()
        for process in self._processes:
            process.wait()
        self._folder.cleanup()

    def answers(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Yield the answers as they come; Unknown where a process is gone."""
        waiting = iter(tasks)
        with selectors.DefaultSelector() as selector:
            for process in self._processes:
                selector.register(process.output, selectors.EVENT_READ, process)
            for process in self._processes:
                process.send_next(waiting)
            while any(process.busy for process in self._processes):
                for ready, _ in selector.select():
                    process = ready.data
                    answer = process.receive()
                    process.send_next(waiting)
                    yield answer


class _Process:
    """One of them. folder: where it puts what it writes."""

    def __init__(self, folder: str) -> None:
        argv = [sys.executable, "-m", "quorate.explore.working"]
        env = os.environ | {"TMPDIR": folder}
        self._popen = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True, env=env
        )
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._input, self.output = self._popen.stdin, self._popen.stdout
        self.busy = False

    def send(self, value: object) -> None:
        """Hand it a value; Unknown where it is gone."""
        try:
            write(self._input, value)
        except BrokenPipeError as error:
            raise self._gone() from error

    def send_next(self, tasks: Iterator[Task]) -> None:
        """Hand it the next task, if there is one."""
        self.busy = (task := next(tasks, None)) is not None
        if self.busy:
            self.send(task)

    def receive(self) -> Any:
        """Return the next value that it hands out; what it raised is raised."""
        try:
            value = read(self.output)
        except EOFError as error:
            raise self._gone() from error
        if isinstance(value, BaseException):
            raise value
        return value

    def _gone(self) -> Unknown:
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(END_S)
        how = f"with {self._popen.returncode}" if self._popen.returncode is not None else "its pipe"
        return Unknown(f"a process that asks the scheduler has ended ({how})", "try with --jobs 1; is memory short?")

    def end(self) -> None:
        """Tell it to end."""
        if self._popen.poll() is None:
            self._popen.terminate()
        self._input.close()

    def wait(self) -> None:
        """Return when it has ended."""
        try:
            self._popen.wait(END_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self.output.close()


def read_only(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """Return a mapping that was read-only at the other end of the pipe."""
    return MappingProxyType(items)


class _Pickler(pickle.Pickler):
    """Knows read-only mappings, too."""

    dispatch_table = {**copyreg.dispatch_table, MappingProxyType: lambda one: (read_only, (dict(one),))}  # noqa: RUF012


def write(stream: IO[bytes], value: object) -> None:
    """Write a value to a pipe: its length in eight bytes, then itself."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    content = memoryview(len(buffer.getbuffer()).to_bytes(8, "big") + buffer.getvalue())
    while content:
        content = content[stream.write(content) :]


def read(stream: IO[bytes]) -> Any:
    """Return the next value of a pipe; EOFError at its end."""
    return pickle.loads(_exactly(stream, int.from_bytes(_exactly(stream, 8), "big")))  # noqa: S301 - ours


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found: deque[bytes] = deque()
    while size:
        piece = stream.read(size)
        if not piece:
            raise EOFError
        found.append(piece)
        size -= len(piece)
    return b"".join(found)
