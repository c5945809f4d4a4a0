"""A private OpenSSH server on loopback, run as whoever runs the tests: real SSH, no root, nothing left behind."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from getpass import getuser
from pathlib import Path

from quorate.machines.ssh import SshHost, connect

SSHD = "/usr/sbin/sshd"

CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {dir}/host
AuthorizedKeysFile {dir}/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding yes
PermitRootLogin prohibit-password
MaxStartups 100
SetEnv HOME={dir} PATH={dir}/bin:/usr/sbin:/usr/bin:/sbin:/bin
"""


@dataclass(frozen=True)
class Login:
    host: str
    port: int
    user: str
    sudo: bool = False
    key: str | None = None
    known_hosts: str | None = None
    jump: str | None = None


@dataclass
class Server:
    """A running sshd. `login` fits it; `bin` stands first in its PATH."""

    login: Login
    directory: Path
    process: subprocess.Popen[bytes]

    @property
    def bin(self) -> Path:
        return self.directory / "bin"

    def kill_sessions(self) -> None:
        children = ["pgrep", "-P", str(self.process.pid)]
        for pid in subprocess.run(children, capture_output=True, text=True, check=True).stdout.split():
            os.kill(int(pid), signal.SIGKILL)

    def but(self, **changes: object) -> Login:
        return replace(self.login, **changes)


@asynccontextmanager
async def connected(login: Login, **options: object) -> AsyncIterator[SshHost]:
    host = await connect("n1", login, **options)
    try:
        yield host
    finally:
        await host.close()


def on(server: Server, work: Callable[[SshHost], Awaitable[object]], **changes: object) -> object:
    async def go() -> object:
        async with connected(server.but(**changes)) as host:
            return await work(host)

    return asyncio.run(go())


def keygen(path: Path, passphrase: str = "") -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", path], check=True)
    return path.with_name(path.name + ".pub").read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(directory: Path) -> Iterator[Server]:
    """Run sshd until the generator is closed."""
    host_key = keygen(directory / "host")
    (directory / "authorized").write_text(keygen(directory / "client"))
    port = free_port()
    (directory / "known").write_text(f"[127.0.0.1]:{port} {host_key}")
    (directory / "bin").mkdir()
    (directory / "config").write_text(CONFIG.format(port=port, dir=directory))
    if getuser() == "root":
        Path("/run/sshd").mkdir(exist_ok=True)
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", directory / "config"], stderr=log)
    login = Login("127.0.0.1", port, getuser(), False, str(directory / "client"), str(directory / "known"))
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert time.monotonic() < deadline, (directory / "log").read_text()
                time.sleep(0.02)
        yield Server(login, directory, process)
    finally:
        process.terminate()
        process.wait(5)
        shutil.rmtree(directory, ignore_errors=True)
