"""The HTTP probe as it really runs: its own process, real sockets on the loopback interface, a server that fails."""

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from quorate.drill.history import History, read, read_trace
from quorate.drill.outcome import judge_run
from quorate.drill.probe import probing
from quorate.drill.probes._process import Settings
from quorate.drill.record import About, Moment, Trace
from quorate.drill.verdict import Verdict
from quorate.errors import NeverComes, TimedOut

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nserved by n2.\n"


class Server:
    """Answers each connection with ANSWER; `mode` silent: takes the question and says nothing."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.mode = "answer"
        self.held: list[socket.socket] = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "silent":
                self.held.append(connection)
                continue
            connection.recv(4096)
            connection.sendall(ANSWER)
            connection.close()

    def close(self) -> None:
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        self.thread.join(5)
        for connection in self.held:
            connection.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def settings_for(server: Server, path: Path, **more: object) -> Settings:
    values = {
        "target": f"http://127.0.0.1:{server.port}/",
        "output": str(path),
        "timeout_ms": 200,
        "nodes": ("n1", "n2"),
    }
    return Settings(**(values | more))  # type: ignore[arg-type]


def test_sees_the_outage_and_which_node_answers(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "web.jsonl"

    async def story() -> None:
        async with probing("http", settings_for(server, path)) as probe:
            steady = await probe.wait_steady(10, timeout_s=30)
            server.mode = "silent"
            failed = await probe.wait_failed(since_ns=steady.sent_ns, timeout_s=30)
            server.mode = "answer"
            back = await probe.wait_answered(since_ns=failed.done_ns, timeout_s=30)
            assert (steady.node, failed.result, back.node) == ("n2", "timeout", "n2")

    asyncio.run(story())
    trace = read_trace(path, broken := [])
    assert trace is not None
    assert broken == []
    assert trace.ended == "stopped"
    assert trace.in_flight_max == 11
    timeouts = [one for one in trace.attempts if one.result == "timeout"]
    # A slow attempt does not hide the next: one is sent every 20 ms while the earlier ones still wait.
    assert timeouts[1].sent_ns < timeouts[0].done_ns
    assert 180e6 <= min(one.done_ns - one.sent_ns for one in timeouts) < 400e6


def lateness_s(trace: Trace) -> float:
    """Return by how much this machine kept the client waiting at the worst: between two questions, or for an answer."""
    gaps = [b.sent_ns - a.sent_ns for a, b in itertools.pairwise(trace.attempts)]
    answers = [one.done_ns - one.sent_ns for one in trace.attempts if one.result == "ok"]
    return (max(gaps) - trace.every_ms * 1e6 + max(answers)) / 1e9


def silent_for_a_second(server: Server, history: History) -> float:
    """Have the server be silent while a probe asks; return for how many seconds it was, by its own clock."""

    async def story() -> float:
        async with probing("http", settings_for(server, history.probe_file("web"))) as probe:
            await probe.wait_steady(30, timeout_s=30)
            history.event(Moment.INJECT, "server silent")
            began = time.monotonic()
            server.mode = "silent"
            await asyncio.sleep(1)
            server.mode = "answer"
            silent_s = time.monotonic() - began
            await probe.wait_answered(since_ns=time.monotonic_ns(), timeout_s=30)
            history.event(Moment.SETTLED)
            return silent_s

    return asyncio.run(story())


def test_a_known_outage_is_measured_within_50_ms(server: Server, tmp_path: Path) -> None:
    """The whole way: record, probe, judge. The server is silent for one second, by its own clock.

    A busy machine runs neither side in time: what the client's own record shows of that is added, and where that is
    much it is done again.
    """
    nodes = {1: "n1", 2: "n2"}
    about = About(cluster="c", service="web", fault="hang", title="It hung", node="n1", nodes=nodes, target_s=5)
    for turn in range(5):
        silent_s = silent_for_a_second(server, History(tmp_path / f"{turn}", about))
        recording = read(tmp_path / f"{turn}")
        if (late_s := lateness_s(recording.traces[0])) < 0.2:
            break
    assert late_s < 0.2
    outcome = judge_run(recording)
    assert outcome.verdict is Verdict.HELD
    assert outcome.client.judgement.outage_s == pytest.approx(silent_s, abs=0.05 + late_s)
    assert outcome.serving.after == "n2"


def test_gives_up_at_once_when_the_probe_cannot_run(server: Server, tmp_path: Path) -> None:
    async def story() -> None:
        settings = settings_for(server, tmp_path / "x.jsonl", namespace="/nowhere/netns")
        async with probing("http", settings) as probe:
            await probe.wait_steady(timeout_s=30)

    with pytest.raises(NeverComes, match="/nowhere/netns"):  # not TimedOut
        asyncio.run(story())


def test_says_what_it_saw_when_time_is_up(server: Server, tmp_path: Path) -> None:
    server.close()

    async def story() -> None:
        async with probing("http", settings_for(server, tmp_path / "x.jsonl")) as probe:
            await probe.wait_steady(timeout_s=3)

    with pytest.raises(TimedOut, match=r"\d+ refused"):
        asyncio.run(story())


def start_plainly(settings: Settings) -> "subprocess.Popen[bytes]":
    argv = [sys.executable, "-m", "quorate.drill.probes.http"]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(settings)).encode())
    process.stdin.close()
    return process


def test_ends_at_its_bound(server: Server, tmp_path: Path) -> None:
    process = start_plainly(settings_for(server, tmp_path / "x.jsonl", seconds_max=0.3))
    assert process.wait(10) == 0
    trace = read_trace(tmp_path / "x.jsonl", [])
    assert trace is not None
    assert trace.ended == "time bound"
    assert 0 < len(trace.attempts) <= 16


def test_ends_when_its_parent_dies(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    text = json.dumps(asdict(settings_for(server, path, seconds_max=60)))
    parent = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-m', 'quorate.drill.probes.http'], stdin=subprocess.PIPE)\n"
        f"p.stdin.write({text.encode()!r}); p.stdin.close(); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent])
    until(lambda: path.exists() and path.read_text().count('"ok"') > 5)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    until(lambda: '"end":"parent gone"' in path.read_text())


def until(condition: object, timeout_s: float = 30) -> None:
    end = time.monotonic() + timeout_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "did not come"
        time.sleep(0.02)
