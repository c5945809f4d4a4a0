"""Real proxies with what quorate writes for them: one server has all clients, also when another comes back."""

import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from quorate.catalog.proxied import Proxied
from quorate.catalog.proxy_conf import Proxy, configuration
from quorate.catalog.watched import program
from quorate.dialect.haproxy.write import write

HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(HAPROXY is None, reason="asks haproxy (as root, tools/install-cluster-tools installs it)"),
]

SERVERS = {f"s{number}": f"127.0.72.{number}" for number in (1, 2, 3)}
PROXIES = {"a": "127.0.73.1", "b": "127.0.73.2"}
PORT = 15307
NEW = 10  # sessions


class Server(socketserver.ThreadingTCPServer):
    """It answers everything with its name."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, name: str) -> None:
        self.name, self.sessions = name.encode(), list[socket.socket]()
        super().__init__((SERVERS[name], PORT), Session)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def end(self) -> None:
        """End as a killed one does: nobody listens, and its sessions are reset."""
        self.shutdown()
        self.server_close()
        for session in self.sessions:
            session.close()


class Session(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.sessions.append(self.request)
        try:
            while self.request.recv(64):
                self.request.sendall(self.server.name)
        except OSError:
            pass


def named(session: socket.socket) -> str:
    session.sendall(b"who")
    return session.recv(64).decode()


def new(proxy: str) -> socket.socket:
    return socket.create_connection((PROXIES[proxy], PORT), timeout=5)


def names(proxy: str) -> set[str]:
    """Return whom new clients find."""
    found = set()
    for _ in range(NEW):
        with new(proxy) as session:
            found.add(named(session))
    return found


def until(told: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not told():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def running(folder: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Both proxies, until all servers are up."""
    masters = {}
    behind = (Proxied("database", PORT, SERVERS, mode="tcp", single=True, check_s=0.2, idle_s=60),)
    for name, address in PROXIES.items():
        files = str(folder / f"{name}.sock"), str(folder / f"{name}.state")
        proxy = Proxy(name, address, PROXIES, 18415, 18414, "word", *files, 2, 100, 600)
        file = folder / f"{name}.cfg"
        file.write_text(write(configuration(proxy, behind)).replace(" transparent", ""))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        masters[name] = subprocess.Popen([HAPROXY, "-Ws", "-f", file], **quiet)
    try:
        until(lambda: all(is_up(folder, name, "s1") for name in PROXIES))
        yield masters
    finally:
        for master in masters.values():
            master.terminate()
            master.wait()


def answer(folder: Path, proxy: str, question: bytes) -> str:
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(folder / f"{proxy}.sock"))
            asked.sendall(question)
            return b"".join(iter(lambda: asked.recv(65536), b"")).decode()
    except OSError:
        return ""


def is_up(folder: Path, proxy: str, server: str) -> bool:
    said = answer(folder, proxy, b"show servers state\n")
    return any(words[3:4] == [server] and words[5] == "2" for words in map(str.split, said.splitlines()))


def test_who_comes_back_gets_no_new_clients_while_another_has_them(tmp_path: Path) -> None:
    """Through the other proxy neither, nor after a reload: a database has one writer."""
    (tmp_path / "program").write_text(program("haproxy"))
    servers = {name: Server(name) for name in SERVERS}
    with running(tmp_path) as masters:
        assert names("a") == {"s1"}
        servers["s1"].end()
        until(lambda: not is_up(tmp_path, "a", "s1") and not is_up(tmp_path, "b", "s1"))
        with new("a") as kept:
            assert named(kept) == "s2"
            until(lambda: "server_key=s2" in answer(tmp_path, "b", b"show table database\n"))  # its peer has told it
            servers["s1"] = Server("s1")
            until(lambda: is_up(tmp_path, "a", "s1") and is_up(tmp_path, "b", "s1"))
            assert names("a") == {"s2"}
            assert names("b") == {"s2"}
            files = str(tmp_path / "a.sock"), str(tmp_path / "a.state")
            reload = [
                sys.executable,
                str(tmp_path / "program"),
                "reload",
                *files,
                str(masters["a"].pid),
                str(tmp_path / "a.cfg"),
            ]
            subprocess.run(reload, check=True, timeout=60)
            assert names("a") == {"s2"}
            until(lambda: is_up(tmp_path, "a", "s1"))
            assert names("a") == {"s2"}
            assert named(kept) == "s2", "a reload ends no session"
        servers["s2"].end()
        until(lambda: names("a") == {"s1"})
    for name in ("s1", "s3"):
        servers[name].end()
