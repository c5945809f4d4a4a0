"""The AMQP probe as it really runs: its own process, real sockets on loopback; what a real broker does is a story's."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from quorate.drill import broker
from quorate.drill.history import read_trace
from quorate.drill.probe import ProbeProcess, probing
from quorate.drill.probes._process import Settings
from quorate.errors import Unknown

PASSWORD = "kept-between-us"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Takes connections and says nothing, as a broker that hangs."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as made:
        yield made


def settings_for(port: int, path: Path) -> Settings:
    return Settings(
        f"127.0.0.1:{port}", str(path), timeout_ms=200, one_at_a_time=True, user="somebody", password=PASSWORD
    )


def shown(pid: int) -> str:
    """What other accounts of a machine may see of a process, and its owner's."""
    return "".join(Path(f"/proc/{pid}/{name}").read_text() for name in ("cmdline", "environ"))


def asked(settings: Settings, failures: int) -> ProbeProcess:
    """Run the probe until so many of its attempts have failed; look at it from outside meanwhile."""

    async def story() -> ProbeProcess:
        async with probing("amqp", settings) as probe:
            since_ns = 0
            for _ in range(failures):
                since_ns = (await probe.wait_failed(since_ns=since_ns, timeout_s=60)).done_ns
            assert PASSWORD not in shown(probe.pid)
        return probe

    return asyncio.run(story())


def test_a_broker_that_hangs_has_one_attempt_at_a_time(listener: socket.socket, tmp_path: Path) -> None:
    asked(settings_for(listener.getsockname()[1], tmp_path / "x.jsonl"), 5)
    trace = read_trace(tmp_path / "x.jsonl", broken := [])
    assert trace is not None
    assert broken == []
    assert trace.in_flight_max == 1
    assert {one.result for one in trace.attempts} == {"timeout"}
    assert all(other.sent_ns >= one.done_ns for one, other in zip(trace.attempts, trace.attempts[1:], strict=False))
    # At the least, for a busy machine is late with some.
    assert 190e6 <= min(one.done_ns - one.sent_ns for one in trace.attempts) < 600e6


def test_where_nobody_listens_it_asks_again_on_schedule(listener: socket.socket, tmp_path: Path) -> None:
    port = listener.getsockname()[1]
    listener.close()
    asked(settings_for(port, tmp_path / "x.jsonl"), 21)
    trace = read_trace(tmp_path / "x.jsonl", [])
    assert trace is not None
    assert {one.result for one in trace.attempts} == {"refused"}
    assert min(other.sent_ns - one.sent_ns for one, other in pairwise(trace.attempts)) < 5 * trace.every_ms * 1e6
    assert PASSWORD not in (tmp_path / "x.jsonl").read_text()


def test_of_several_brokers_the_next_is_tried_when_one_fails(listener: socket.socket, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        gone = other.getsockname()[1]
    path, hangs = tmp_path / "x.jsonl", listener.getsockname()[1]
    asked(replace(settings_for(gone, path), target=f"127.0.0.1:{gone},127.0.0.1:{hangs}"), 4)
    trace = read_trace(path, [])
    assert trace is not None
    results = [one.result for one in trace.attempts]
    assert results[:4] == ["refused", "timeout", "refused", "timeout"]


def test_what_is_no_broker_is_not_taken_for_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as web:
        thread = threading.Thread(target=speak_http, args=(web,), daemon=True)
        thread.start()
        asked(settings_for(web.getsockname()[1], tmp_path / "x.jsonl"), 3)
        web.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    trace = read_trace(tmp_path / "x.jsonl", [])
    assert trace is not None
    assert trace.ended == "stopped"
    assert {one.result for one in trace.attempts} <= {"closed", "reset", "timeout"}


def speak_http(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            connection.close()


def test_a_queue_that_cannot_be_read_is_said(listener: socket.socket, tmp_path: Path) -> None:
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(Unknown, match=r"could not be fetched: .*refused"):
        asyncio.run(broker.numbers(settings_for(port, tmp_path / "x.jsonl")))
