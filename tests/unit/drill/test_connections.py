"""When a client asks in a hurry, and how many of its attempts may come to a host at once."""

import socket
import time
from pathlib import Path

from quorate.drill.probes._connections import CONNECT_MS, CONNECTING_MAX, Connections, Exchange, Found
from quorate.drill.probes._process import Output, Settings


class Client(Connections):
    """Asks nothing; what comes is a good answer."""

    def connected(self, exchange: Exchange) -> None:
        """Wait."""

    def came(self, exchange: Exchange, *, ended: bool) -> Found:
        """Judge."""
        return ("closed" if ended else "ok", "", "")


def client_of(server: socket.socket, path: Path) -> Client:
    host, port = server.getsockname()
    told = Settings(f"{host}:{port}", str(path), every_ms=10_000, hurry_ms=20, timeout_ms=5000)
    return Client(told, Output(str(path)), host, port)


def wait(client: Client) -> None:
    client.wait(time.monotonic_ns() + 50_000_000)


def test_an_older_attempt_that_is_answered_late_does_not_end_the_hurry(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client, held = client_of(server, tmp_path / "one.jsonl"), []
        for n in range(3):
            client.send(n, time.monotonic_ns())
            held.append(server.accept()[0])
        wait(client)
        assert not client.is_troubled(time.monotonic_ns())
        held[1].close()
        wait(client)
        held[0].send(b"good")
        wait(client)
        assert client.is_troubled(time.monotonic_ns())
        held[2].send(b"good")
        wait(client)
        assert not client.is_troubled(time.monotonic_ns())
        assert client.in_flight == 0
        for one in held:
            one.close()


def test_few_of_those_in_a_hurry_wait_for_a_connection_at_once(tmp_path: Path) -> None:
    # With its queue full a listening socket drops what comes, as an address does that is on its way to another node.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, socket.create_connection(server.getsockname()):
        client = client_of(server, tmp_path / "one.jsonl")
        for n in range(CONNECTING_MAX + 3):
            client.send(n, time.monotonic_ns())
            client.wait(time.monotonic_ns())
        assert client.in_flight == CONNECTING_MAX
        given_up = (tmp_path / "one.jsonl").read_text().splitlines()
        assert client.is_troubled(time.monotonic_ns())
        client.wait(time.monotonic_ns() + CONNECT_MS * 1_000_000)
        assert client.in_flight == 0
    assert len(given_up) == 3
    assert all("no connection" in line for line in given_up)
