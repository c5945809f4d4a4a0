"""Host: what every machine can do for quorate, however it is reached.

A command is an argument vector; quoting happens once, in the transport. Errors are errors.HostUnreachable,
errors.CommandFailed and errors.TimedOut, each with a hint.
"""

import shlex
import textwrap
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Command:
    """An argument vector and what goes to its standard input. `environment` is set for this command only.

    secret: the input holds a secret and must not be shown anywhere. purpose: what it does, for messages, where the
    argument vector is a script that nobody wants to read there.
    """

    argv: tuple[str, ...]
    input: bytes = b""
    environment: tuple[tuple[str, str], ...] = field(default=())
    secret: bool = False
    purpose: str = ""

    @property
    def shown(self) -> str:
        """What messages call it: its purpose, else the command on one line of at most 120 characters."""
        return self.purpose or f"`{textwrap.shorten(str(self), 120, placeholder=' ...')}`"

    def __str__(self) -> str:
        return shlex.join(self.argv)


def command(*argv: object, input: bytes | str = b"", secret: bool = False, **environment: str) -> Command:  # noqa: A002
    """Build a Command from words of any printable type."""
    data = input.encode() if isinstance(input, str) else input
    return Command(tuple(str(word) for word in argv), data, tuple(sorted(environment.items())), secret)


@dataclass(frozen=True, slots=True)
class Completed:
    """What a command left behind. seconds: its duration as seen from here."""

    command: Command
    status: int
    stdout: str
    stderr: str
    seconds: float


class Host(Protocol):
    """A machine that quorate can use. All methods raise HostUnreachable when the connection is gone."""

    @property
    def name(self) -> str:
        """The node's name in the cluster file."""

    async def run(self, command: Command, *, timeout_s: float = 60, check: bool = True) -> Completed:
        """Run `command` to its end. check: raise CommandFailed on a status other than 0. TimedOut after timeout_s."""

    async def put(
        self,
        path: str,
        content: bytes,
        *,
        mode: int = 0o644,
        owner: str = "root",
        group: str = "root",
        make_parents: bool = False,
    ) -> None:
        """Write a file atomically: a temporary file beside it gets owner and mode, then its name.

        A symbolic link is followed. make_parents: make missing directories above it (mode 755), else that is an error.
        """

    async def get(self, path: str) -> bytes | None:
        """Return a file's content, or None where there is no such file."""

    def stream(self, command: Command) -> AsyncGenerator[str, None]:
        """Run `command` and yield its lines as they come. It takes no input.

        Closing the generator ends the command, so use it under contextlib.aclosing. CommandFailed when the command
        ends by itself with a status other than 0.
        """

    def apart(self) -> "Host":
        """Return the same machine for a connection of its own: `reconnect` makes it, and `close` ends it alone."""

    async def reconnect(self, *, timeout_s: float = 10) -> None:
        """Connect anew, for instance after a reboot."""

    async def close(self) -> None:
        """End the connection."""
