"""What clients of two proxies lose while both read their configuration anew every second, under load.

The proxies run on this machine with the configuration that quorate writes, behind them three servers of HTTP and of a
protocol with long sessions. Needs HAProxy; no root, no lab.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.figures import Figures, Limit
from quorate import __version__
from quorate.catalog.proxied import Proxied
from quorate.catalog.proxy_conf import Proxy, configuration
from quorate.catalog.watched import program
from quorate.dialect.haproxy.write import write

QUESTION = "How many requests fail while two proxies are reloaded every second for a minute? (RUNS SECONDS)"

SERVERS = {f"s{number}": f"127.0.70.{number}" for number in (1, 2, 3)}
PROXIES = {"a": "127.0.71.1", "b": "127.0.71.2"}
WEB, SESSIONS, PEERS, STATISTICS = 15080, 15306, 18405, 18404
PAUSE_S, PATIENCE_S = 0.01, 5
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


async def web(reader: StreamReader, writer: StreamWriter) -> None:
    """Answer requests until the connection ends."""
    with suppress(OSError, asyncio.CancelledError):
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            writer.write(ANSWER)
    writer.close()


async def echo(reader: StreamReader, writer: StreamWriter) -> None:
    """Say what was said."""
    with suppress(OSError, asyncio.CancelledError):
        while said := await reader.read(64):
            writer.write(said)
    writer.close()


async def request(reader: StreamReader, writer: StreamWriter) -> bool:
    """Ask once over HTTP; tell whether the connection may be used again. OSError or EOFError: it failed."""
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
    if b" 200 " not in head.split(b"\r\n")[0] or await reader.readexactly(3) != b"ok\n":
        raise ConnectionError(head)
    return b"connection: close" not in head.lower()


async def word(reader: StreamReader, writer: StreamWriter) -> bool:
    """Say a word in a session, and have it back."""
    writer.write(b"word")
    if await asyncio.wait_for(reader.readexactly(4), PATIENCE_S) != b"word":
        raise ConnectionError
    return True


class Clients:
    """What clients have met: requests and failures by kind of client."""

    def __init__(self, seconds: float) -> None:
        self.end_s = time.monotonic() + seconds
        self.asked, self.failed = Counter[str](), Counter[str]()

    async def run(
        self, name: str, port: int, ask: Callable[[StreamReader, StreamWriter], Awaitable[bool]], *, keep: bool
    ) -> None:
        """Ask at both proxies in turn; keep: on one connection each, for as long as it is not closed in order."""
        kept: dict[str, tuple[StreamReader, StreamWriter]] = {}
        while time.monotonic() < self.end_s:
            for address in PROXIES.values():
                self.asked[name] += 1
                try:
                    pair = kept.pop(address, None) or await asyncio.open_connection(address, port)
                    if await ask(*pair) and keep:
                        kept[address] = pair
                    else:
                        pair[1].close()
                except (OSError, EOFError, TimeoutError):
                    self.failed[name] += 1
            await asyncio.sleep(PAUSE_S)


async def reloaded(folder: Path, masters: dict[str, subprocess.Popen[bytes]], end_s: float) -> int:
    """Reload both every second, as the unit of quorate does; return how often."""

    async def reload(name: str, master: int) -> None:
        files = (str(folder / f"{name}.sock"), str(folder / f"{name}.state"), str(master), str(folder / f"{name}.cfg"))
        done = await asyncio.create_subprocess_exec(sys.executable, str(folder / "program"), "reload", *files)
        assert await done.wait() == 0

    times, next_s = 0, time.monotonic() + 1
    while next_s < end_s:
        await asyncio.sleep(next_s - time.monotonic())
        await asyncio.gather(*(reload(name, master.pid) for name, master in masters.items()))
        times, next_s = times + 1, max(next_s + 1, time.monotonic())  # on a busy machine one may take longer
    return times


def started(folder: Path, name: str, address: str) -> subprocess.Popen[bytes]:
    """Start one proxy with what quorate writes for it; the address is this machine's, so it needs no `transparent`."""
    proxy = Proxy(
        node=name,
        address=address,
        proxies=PROXIES,
        peers=PEERS,
        statistics=STATISTICS,
        password="word",
        socket=str(folder / f"{name}.sock"),
        state=str(folder / f"{name}.state"),
        threads=2,
        connections=4000,
        drain_s=600,
    )
    behind = (
        Proxied("web", WEB, SERVERS, check="/"),
        Proxied("sessions", SESSIONS, SERVERS, mode="tcp", single=True, idle_s=5400),
    )
    file = folder / f"{name}.cfg"
    file.write_text(write(configuration(proxy, behind)).replace(" transparent", ""))
    return subprocess.Popen(["haproxy", "-Ws", "-f", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def measured(seconds: float, figures: Figures) -> None:
    """Run it once."""
    listening = [await asyncio.start_server(web, address, WEB) for address in SERVERS.values()]
    listening += [await asyncio.start_server(echo, address, SESSIONS) for address in SERVERS.values()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "program").write_text(program("haproxy"))
        masters = {proxy: started(folder, proxy, address) for proxy, address in PROXIES.items()}
        try:
            await asyncio.sleep(2)  # until both have asked all servers
            clients = Clients(seconds)
            times, *_ = await asyncio.gather(
                reloaded(folder, masters, clients.end_s),
                clients.run("HTTP, connections kept", WEB, request, keep=True),
                clients.run("HTTP, new connections", WEB, request, keep=False),
                clients.run("new sessions", SESSIONS, word, keep=False),
                clients.run("words in kept sessions", SESSIONS, word, keep=True),
            )
        finally:
            for master in masters.values():
                master.terminate()
                master.wait()
    for server in listening:
        server.close()
    for kind, asked in clients.asked.items():
        figures.add(f"failed: {kind}", clients.failed[kind])
        figures.notes.append(f"{asked} asked: {kind}, {times} reloads of each proxy")


def run(runs: int, seconds: str = "60") -> Figures:
    """Run it so often."""
    figures = Figures(QUESTION, "requests", versions={"quorate": __version__})
    said = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True).stdout
    figures.versions["haproxy"] = said.split()[2]
    for _ in range(runs):
        asyncio.run(measured(float(seconds), figures))
    figures.limits = [Limit(kind, 0) for kind in figures.samples]
    return figures
