"""The SQL probe as it really runs: its own process, real sockets on loopback; what a real server does is a story's."""

import asyncio
import socket
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from quorate.drill.history import read_trace
from quorate.drill.probe import ProbeProcess, probing
from quorate.drill.probes._process import Settings

PASSWORD = "kept-between-us"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Takes connections and says nothing, as a server that hangs."""
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
        async with probing("sql", settings) as probe:
            since_ns = 0
            for _ in range(failures):
                since_ns = (await probe.wait_failed(since_ns=since_ns, timeout_s=60)).done_ns
            assert PASSWORD not in shown(probe.pid)
        return probe

    return asyncio.run(story())


def test_a_server_that_hangs_has_one_attempt_at_a_time(listener: socket.socket, tmp_path: Path) -> None:
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
    asked(settings_for(port, tmp_path / "x.jsonl"), 4)
    trace = read_trace(tmp_path / "x.jsonl", [])
    assert trace is not None
    assert {one.result for one in trace.attempts} == {"refused"}
    assert min(other.sent_ns - one.sent_ns for one, other in pairwise(trace.attempts)) < 5 * trace.every_ms * 1e6
    assert PASSWORD not in (tmp_path / "x.jsonl").read_text()
