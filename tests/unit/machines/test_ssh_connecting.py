"""Making SSH connections, and losing them, against a real OpenSSH server."""

import asyncio
import grp
import os
import pwd
import socket
import subprocess
import time
from pathlib import Path

import pytest
from private_sshd import Login, Server, connected, free_port, keygen, on

from quorate.errors import HostUnreachable, QuorateError, UsageError
from quorate.machines import ssh
from quorate.machines.host import command
from quorate.machines.ssh import SshHost, connect

OWNER = pwd.getpwuid(os.getuid()).pw_name
GROUP = grp.getgrgid(os.getgid()).gr_name

pytestmark = pytest.mark.sshd


def refusal(login: Login, **options: object) -> QuorateError:
    async def go() -> None:
        async with connected(login, **options):
            pass

    with pytest.raises(QuorateError) as caught:
        asyncio.run(go())
    return caught.value


# ---- connections that cannot be made


def test_refused(server: Server) -> None:
    error = refusal(server.but(port=free_port()))
    assert isinstance(error, HostUnreachable)
    assert "refuses the connection" in error.message
    assert error.hint


def test_a_server_that_never_answers(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        error = refusal(server.but(port=silent.getsockname()[1]), timeout_s=0.3)
    assert isinstance(error, HostUnreachable)
    assert "did not answer" in error.message
    assert time.monotonic() - start < 2


def test_something_that_is_not_ssh(server: Server) -> None:
    async def go() -> QuorateError:
        async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(talk, "127.0.0.1", 0) as web:
            with pytest.raises(HostUnreachable) as caught:
                await connect("n1", server.but(port=web.sockets[0].getsockname()[1]))
            return caught.value

    assert "closed the connection" in asyncio.run(go()).message


def test_a_name_that_cannot_be_resolved(server: Server) -> None:
    error = refusal(server.but(host="no-such-host.invalid"))
    assert isinstance(error, HostUnreachable)
    assert "cannot be resolved" in error.message
    assert "/etc/hosts" in error.hint


@pytest.mark.parametrize("known", ["empty", "missing"])
def test_an_unknown_host_key(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str) -> None:
    (tmp_path / ".ssh").mkdir()  # the user's own file knows it, but another one was asked for
    (tmp_path / ".ssh" / "known_hosts").write_text((server.directory / "known").read_text())
    monkeypatch.setenv("HOME", str(tmp_path))
    if known == "empty":
        (tmp_path / "empty").touch()
    error = refusal(server.but(known_hosts=str(tmp_path / known)))
    assert isinstance(error, HostUnreachable)
    assert "is unknown" in error.message
    assert "SHA256:" in error.message
    assert f"ssh -o UserKnownHostsFile={tmp_path / known}" in error.hint
    assert f"-p {server.login.port}" in error.hint


def test_a_changed_host_key(server: Server, tmp_path: Path) -> None:
    other = keygen(tmp_path / "other")
    (tmp_path / "known").write_text(f"[127.0.0.1]:{server.login.port} {other}")
    error = refusal(server.but(known_hosts=str(tmp_path / "known")))
    assert isinstance(error, HostUnreachable)
    assert "is not the one in" in error.message
    assert f"-R '[127.0.0.1]:{server.login.port}'" in error.hint


def test_no_key_accepted(server: Server, tmp_path: Path) -> None:
    keygen(tmp_path / "stranger")
    error = refusal(server.but(key=str(tmp_path / "stranger")))
    assert isinstance(error, HostUnreachable)
    assert "none of the keys" in error.message
    assert "ssh-copy-id" in error.hint


def test_a_key_file_that_is_missing_or_is_no_key(server: Server, tmp_path: Path) -> None:
    assert isinstance(refusal(server.but(key=str(tmp_path / "nothing"))), UsageError)
    (tmp_path / "text").write_text("not a key")
    assert isinstance(refusal(server.but(key=str(tmp_path / "text"))), UsageError)


def test_a_key_with_a_passphrase_is_left_to_the_agent(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "locked"
    key.write_bytes((server.directory / "client").read_bytes())
    key.chmod(0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", key], check=True)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert "ssh-add" in refusal(server.but(key=str(key))).hint

    (tmp_path / "locked.pub").write_bytes((server.directory / "client.pub").read_bytes())
    with agent(tmp_path / "agent", server.directory / "client") as sock:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(sock))
        assert on(server, lambda h: h.run(command("true")), key=str(key)).status == 0
        assert on(server, lambda h: h.run(command("true")), key=None).status == 0


class agent:  # noqa: N801 - reads as a word
    def __init__(self, sock: Path, key: Path) -> None:
        self.sock, self.key = sock, key

    def __enter__(self) -> Path:
        self.process = subprocess.Popen(["ssh-agent", "-D", "-a", self.sock], stdout=subprocess.DEVNULL)
        while not self.sock.exists():
            time.sleep(0.01)
        subprocess.run(["ssh-add", "-q", self.key], check=True, env={**os.environ, "SSH_AUTH_SOCK": str(self.sock)})
        return self.sock

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(5)


# ---- ways to get there


def test_through_a_jump_host(server: Server) -> None:
    jump = f"{server.login.user}@127.0.0.1:{server.login.port}"
    done = on(server, lambda h: h.run(command("sh", "-c", "echo $SSH_CONNECTION")), jump=f"{jump},{jump}")
    assert done.stdout.startswith("127.0.0.1 ")


def test_a_jump_host_that_cannot_reach_the_node(server: Server) -> None:
    jump = f"{server.login.user}@127.0.0.1:{server.login.port}"
    error = refusal(server.but(jump=jump, port=free_port()))
    assert isinstance(error, HostUnreachable)
    assert "jump host" in error.message


def test_a_socket_that_the_caller_opened(server: Server) -> None:
    dialled = []

    async def dial(host: str, port: int) -> socket.socket:
        dialled.append((host, port))
        return socket.create_connection((host, port))

    async def go() -> str:
        async with connected(server.login, dial=dial) as host:
            return (await host.run(command("echo", "hi"))).stdout

    assert asyncio.run(go()) == "hi\n"
    assert dialled == [("127.0.0.1", server.login.port)]


def test_the_users_own_configuration_is_honoured(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text(
        f"Host gb06\n  HostName 127.0.0.1\n  Port {server.login.port}\n  IdentityFile {server.login.key}\n"
        f"  UserKnownHostsFile {server.login.known_hosts}\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    done = on(server, lambda h: h.run(command("true")), host="gb06", port=22, key=None, known_hosts=None)
    assert done.status == 0


def test_a_configuration_without_known_hosts_is_no_leave_to_trust_anyone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("UserKnownHostsFile none\nStrictHostKeyChecking no\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "is unknown" in refusal(server.but(known_hosts=None)).message


# ---- connections that go away


def test_a_connection_lost_in_the_middle(server: Server) -> None:
    async def work(host: SshHost) -> None:
        running = asyncio.create_task(host.run(command("sleep", "30")))
        await asyncio.sleep(0.2)
        server.kill_sessions()
        with pytest.raises(HostUnreachable, match="was lost during `sleep 30`"):
            await running
        assert not host.connected
        with pytest.raises(HostUnreachable):
            await host.run(command("true"))
        with pytest.raises(HostUnreachable):
            await host.put("/tmp/never", b"")
        await host.reconnect()
        assert (await host.run(command("echo", "again"))).stdout == "again\n"

    on(server, work)


def test_a_connection_apart_is_one_of_its_own(server: Server) -> None:
    async def work(host: SshHost) -> None:
        other = host.apart()
        with pytest.raises(HostUnreachable):
            await other.run(command("true"))
        await other.reconnect()
        await host.close()
        assert (await other.run(command("echo", "still"))).stdout == "still\n"
        await other.close()

    on(server, work)


def test_a_node_that_falls_silent_is_noticed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay stops passing bytes, as a node without power does: no reset, no end, nothing."""
    monkeypatch.setattr(ssh, "KEEPALIVE_S", 0.3)

    async def go() -> float:
        silent = asyncio.Event()

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(65536):
                if silent.is_set():
                    await asyncio.sleep(60)
                writer.write(data)

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server.login.port)
            try:
                await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
            finally:
                writer.close()
                far_writer.close()

        tasks = set()
        listener = await asyncio.start_server(lambda r, w: tasks.add(asyncio.create_task(relay(r, w))), "127.0.0.1", 0)

        async def dial(_host: str, _port: int) -> socket.socket:
            return socket.create_connection(listener.sockets[0].getsockname())

        host = await connect("n1", server.login, dial=dial)
        running = asyncio.create_task(host.run(command("sleep", "60")))
        stream = host.stream(command("sh", "-c", "echo begun; sleep 60"))
        assert await anext(stream) == "begun"
        silent.set()
        start = time.monotonic()
        with pytest.raises(HostUnreachable, match="was lost"):
            await running
        with pytest.raises(HostUnreachable, match="was lost"):
            await anext(stream)
        elapsed = time.monotonic() - start
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await host.close()
        return elapsed

    assert asyncio.run(go()) < 3
