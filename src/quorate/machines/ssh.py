"""SshHost: a machine reached by SSH. The only module that opens connections to machines.

In: a Login and commands as argument vectors. Out: what they printed, or an error of errors.py that says what to do.
asyncssh takes 0.2 s to import, so nothing but this module and refusals.py imports it, and only when needed.
Not pure.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh

from quorate.errors import HostUnreachable, QuorateError, TimedOut, UsageError
from quorate.machines import refusals, shell
from quorate.machines.host import Command, Completed
from quorate.machines.login import Login

Dial = Callable[[str, int], Awaitable[socket.socket]]
"""Opens a TCP connection to (host, port); for machines in a network namespace of their own."""

SESSIONS = 8  # at once on one connection; OpenSSH's MaxSessions is 10
SESSION_WAIT_S = 5.0  # OpenSSH counts a session a moment longer than its command lives, and then refuses a new one
KEEPALIVE_S = 2.0
KEEPALIVES_UNANSWERED = 2  # a node without power is noticed after 6 s
GRACE_S = (
    shell.KILL_AFTER_S + 3.0
)  # the node ends a command that takes too long; after this the node itself is given up

NOBODY = asyncssh.import_known_hosts("")  # an empty text would make asyncssh fall back to ~/.ssh/known_hosts


class _Witness(asyncssh.SSHClient):
    """Remembers the host key that was shown and is not known."""

    def __init__(self) -> None:
        self.fingerprint = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.fingerprint = f"{key.get_algorithm()} {key.get_fingerprint()}"
        return False


async def connect(
    name: str,
    login: Login,
    *,
    dial: Dial | None = None,
    client_key: Path | None = None,
    known_hosts: Path | None = None,
    timeout_s: float = 10,
) -> "SshHost":
    """Log in and return the host called `name`; HostUnreachable with a hint if that fails.

    client_key, known_hosts: stand in for the login's own (the lab has its own). dial: makes the TCP connection, to
    the first jump host if there is one. Host keys are always checked; the user's ~/.ssh/config is honoured.
    """
    host = SshHost(name, login, dial=dial, client_key=client_key, known_hosts=known_hosts)
    await host.reconnect(timeout_s=timeout_s)
    return host


class SshHost:
    """A machine reached by SSH (the protocol: host.Host). Made by `connect`.

    Commands run side by side over one connection, at most 8 at once; further ones wait. A connection that is gone
    stays gone until `reconnect`.
    """

    def __init__(
        self, name: str, login: Login, *, dial: Dial | None, client_key: Path | None, known_hosts: Path | None
    ) -> None:
        self._name = name
        self._login = login
        self._dial = dial
        self._key = client_key or (Path(login.key) if login.key else None)
        self._known_hosts = known_hosts or (Path(login.known_hosts) if login.known_hosts else None)
        self._connections: list[asyncssh.SSHClientConnection] = []  # jump hosts in order, the machine itself last
        self._slots = asyncio.Semaphore(SESSIONS)

    @property
    def name(self) -> str:
        """The node's name in the cluster file."""
        return self._name

    @property
    def connected(self) -> bool:
        """False once the connection is known to be gone."""
        return bool(self._connections) and not self._connections[-1].is_closed()

    def apart(self) -> "SshHost":
        """Return the same machine for a connection of its own (host.Host.apart)."""
        return SshHost(self._name, self._login, dial=self._dial, client_key=self._key, known_hosts=self._known_hosts)

    async def reconnect(self, *, timeout_s: float = 10) -> None:
        """Connect anew, for instance after a reboot; HostUnreachable if that fails."""
        await self.close()
        options = self._options()
        witness = _Witness()
        try:
            async with asyncio.timeout(timeout_s):
                for hop in (self._login.jump or "").split(","):
                    if hop.strip():
                        await self._open(*_hop(hop.strip()), options, witness)
                await self._open(self._login.host, self._login.port, self._login.user, options, witness)
        except (OSError, asyncssh.Error, TimeoutError) as error:
            await self.close()
            raise self._refused(error, witness) from error

    async def _open(self, host: str, port: int, user: str | None, options: dict[str, Any], witness: _Witness) -> None:
        """Open the next connection of the chain, through the one before it."""
        reach: dict[str, Any] = {}
        if self._connections:
            reach["tunnel"] = self._connections[-1]
        elif self._dial:
            reach["sock"] = await self._dial(host, port)
        if user:
            reach["username"] = user
        if port != 22:
            reach["port"] = port
        if "known_hosts" not in options and _trusts_anyone(host):
            reach["known_hosts"] = NOBODY
        try:
            connection = await asyncssh.connect(host, client_factory=lambda: witness, **options, **reach)
        except BaseException:
            if "sock" in reach:
                reach["sock"].close()
            raise
        self._connections.append(connection)

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "keepalive_interval": KEEPALIVE_S,
            "keepalive_count_max": KEEPALIVES_UNANSWERED,
            "compression_algs": None,
        }
        if self._key:
            options |= _key_options(self._name, self._key.expanduser())
        if self._known_hosts:
            path = self._known_hosts.expanduser()
            options["known_hosts"] = str(path) if path.exists() else NOBODY
        return options

    def _refused(self, error: BaseException, witness: _Witness) -> QuorateError:
        known_hosts = (self._known_hosts or Path("~/.ssh/known_hosts")).expanduser()
        return refusals.of_connection(error, self._name, self._login, known_hosts, witness.fingerprint)

    async def run(self, command: Command, *, timeout_s: float = 60, check: bool = True) -> Completed:
        """Run `command` to its end (host.Host.run). The node itself ends it after timeout_s."""
        status, stdout, stderr, seconds = await self._execute(command, timeout_s)
        text = stderr.decode(errors="replace")
        self._mind_sudo(status, text)
        completed = Completed(command, status, stdout.decode(errors="replace"), text, seconds)
        if check and status != 0:
            raise refusals.of_command(self._name, completed)
        return completed

    async def _execute(self, command: Command, timeout_s: float) -> tuple[int, bytes, bytes, float]:
        """Return (status, stdout, stderr, seconds). A status of 128 + n: ended by signal n."""
        doing = command.shown
        text = shell.command_text(command, sudo=self._login.sudo, timeout_s=timeout_s)
        # asyncssh ends standard input after what it was given, and leaves it open for ever when that is nothing.
        given: dict[str, Any] = {"input": command.input} if command.input else {"stdin": asyncssh.DEVNULL}
        async with self._slots:
            start = time.monotonic()
            try:
                async with asyncio.timeout(timeout_s + GRACE_S):
                    process = await self._session(text, doing, **given, encoding=None)
                    try:
                        result = await process.wait()
                    finally:
                        process.close()
            except TimeoutError:
                raise self._timed_out(doing, timeout_s) from None
            except (OSError, asyncssh.Error) as error:
                raise refusals.connection_lost(self._name, self._login, doing) from error
        seconds = time.monotonic() - start
        status = result.returncode
        if status is None:
            raise refusals.connection_lost(self._name, self._login, doing)
        if status in {124, 137, -9} and seconds >= timeout_s:
            raise self._timed_out(doing, timeout_s)
        return (status if status >= 0 else 128 - status), _bytes(result.stdout), _bytes(result.stderr), seconds

    def _mind_sudo(self, status: int, stderr: str) -> None:
        if self._login.sudo and (refused := refusals.sudo_refused(self._name, self._login, status, stderr)):
            raise refused

    async def _session(self, text: str, doing: str, **options: Any) -> asyncssh.SSHClientProcess[Any]:
        """Start a command. A refused session never ran anything, so it can be asked for again."""
        start = time.monotonic()
        while True:
            try:
                return await self._connection(doing).create_process(text, **options)
            except asyncssh.ChannelOpenError as error:
                if self.connected and time.monotonic() - start > SESSION_WAIT_S:
                    raise refusals.no_session(self._name, error.reason) from error
                await asyncio.sleep(0.01)

    def _timed_out(self, doing: str, timeout_s: float) -> TimedOut:
        return TimedOut(
            f"{self._name}: {doing} was not done after {timeout_s:g} s and was ended.",
            "Is the node overloaded, or does the command wait for something? Run it by hand to see.",
        )

    def _connection(self, doing: str) -> asyncssh.SSHClientConnection:
        if not self.connected:
            raise refusals.connection_lost(self._name, self._login, doing)
        return self._connections[-1]

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
        """Write a file atomically and durably (host.Host.put). The content travels by standard input."""
        command = shell.put_command(path, content, mode=mode, owner=owner, group=group, parents=make_parents)
        await self.run(command, timeout_s=60 + len(content) / 1e6)

    async def get(self, path: str) -> bytes | None:
        """Return a file's content, or None where there is no such file."""
        command = Command(("cat", "--", path), secret=True, purpose=f"reading {path}")
        status, content, stderr, seconds = await self._execute(command, 60)
        if status == 0:
            return content
        text = stderr.decode(errors="replace")
        self._mind_sudo(status, text)
        said_by_cat = [line for line in text.splitlines() if line.startswith("cat:")]  # sudo may grumble before it
        if said_by_cat and said_by_cat[-1].endswith("No such file or directory"):
            return None
        raise refusals.of_command(self._name, Completed(command, status, "", text, seconds))

    async def stream(self, command: Command) -> AsyncGenerator[str, None]:
        """Yield the command's lines as they come (host.Host.stream); use it under contextlib.aclosing."""
        if command.input:
            raise UsageError("A streamed command takes no input.")
        text = shell.stream_text(command, sudo=self._login.sudo)
        async with self._slots:
            try:
                process = await self._session(text, command.shown, errors="replace")
            except (OSError, asyncssh.Error) as error:
                raise refusals.connection_lost(self._name, self._login, command.shown) from error
            async with process:
                try:
                    async for line in _lines(process.stdout):
                        yield line
                    stderr = await process.stderr.read()
                    await process.wait_closed()
                except (OSError, asyncssh.Error) as error:
                    raise refusals.connection_lost(self._name, self._login, command.shown) from error
                finally:
                    with contextlib.suppress(OSError):
                        process.stdin.write_eof()
        self._judge_stream(command, process.returncode, stderr)

    def _judge_stream(self, command: Command, status: int | None, stderr: str) -> None:
        if status is None:
            raise refusals.connection_lost(self._name, self._login, command.shown)
        self._mind_sudo(status, stderr)
        if status != 0:
            raise refusals.of_command(self._name, Completed(command, status, "", stderr, 0))

    async def close(self) -> None:
        """End the connection and those to jump hosts."""
        connections, self._connections = self._connections, []
        for connection in reversed(connections):
            connection.close()
            with contextlib.suppress(OSError, asyncssh.Error, TimeoutError):
                async with asyncio.timeout(2):
                    await connection.wait_closed()


async def _lines(reader: asyncssh.SSHReader[str]) -> AsyncGenerator[str, None]:
    """Yield whole lines. asyncssh's own iteration cuts a line in two whenever its buffer is full."""
    rest = ""
    while chunk := await reader.read(65536):
        *lines, rest = (rest + chunk).split("\n")
        for line in lines:
            yield line
    if rest:
        yield rest


def _bytes(data: object) -> bytes:
    assert isinstance(data, bytes)
    return data


def _hop(text: str) -> tuple[str, int, str | None]:
    """Read one jump host: user@host:port, user and port optional, IPv6 addresses in brackets."""
    user, _, place = text.rpartition("@")
    host, port = place, ""
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        port = port.removeprefix(":")
    elif place.count(":") == 1:
        host, _, port = place.partition(":")
    if port and not port.isdigit():
        raise UsageError(f"The jump host {text} has a port that is not a number.", "Write user@host:port.")
    return host, int(port or 22), user or None


def _trusts_anyone(host: str) -> bool:
    """Whether asyncssh would check no key: so it reads "UserKnownHostsFile none", which for ssh(1) is an empty file."""
    return asyncssh.SSHClientConnectionOptions(host=host, config=()).known_hosts is None


def _key_options(name: str, key: Path) -> dict[str, Any]:
    """Return the options for one explicit key. An encrypted one is left to the agent, which then offers only that."""
    try:
        return {"client_keys": [asyncssh.read_private_key(str(key))], "agent_path": None}
    except OSError as error:
        reason = error.strerror or str(error)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        reason = str(error)
    if "assphrase" not in reason:
        hint = "Write the path of a private key (ssh: {key: PATH})."
        raise UsageError(f"The SSH key {key} for {name} cannot be read: {reason}.", hint)
    public = key.with_name(key.name + ".pub")
    if os.environ.get("SSH_AUTH_SOCK") and public.exists():
        return {"agent_identities": [str(public)]}
    raise HostUnreachable(f"The SSH key {key} for {name} has a passphrase.", f"Put it into your agent: ssh-add {key}")
