"""The observer: the program sees what the kernel holds; the drill's side keeps its lines, and starts it anew."""

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from quorate.drill import observer
from quorate.drill.observer import observing, program
from quorate.drill.sightings import Marker, held_at, watches
from quorate.errors import HostUnreachable
from quorate.machines.fake import FakeHost
from quorate.machines.host import Command

ADDRESS = Marker("site", "address", "127.0.0.1")
STRANGE = Marker("site", "address", "192.0.2.77")
MOUNT = Marker("site", "mount", "/proc")


def test_the_program_sees_addresses_mounts_and_ports_come_and_go() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = Marker("site", "port", str(listener.getsockname()[1]))
        command = program([ADDRESS, STRANGE, MOUNT, port])
        with subprocess.Popen([*command.argv[:-1], "3"], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            listener.listen()
            asked = time.monotonic_ns()
            lines = [first, *map(json.loads, process.stdout)]
    assert process.returncode == 0
    assert first["held"] == sorted([ADDRESS.id, MOUNT.id])
    assert {"boot", "born_ns"} <= first.keys()
    seen = next(line for line in lines if port.id in line["held"])
    assert asked - 200_000_000 < seen["mono_ns"] < asked + 1_000_000_000
    assert all(line["before_ns"] <= line["mono_ns"] for line in lines)
    assert max(later["mono_ns"] - one["mono_ns"] for one, later in pairwise(lines)) < 2e9


def test_the_program_ends_when_nobody_reads() -> None:
    process = subprocess.Popen(program([ADDRESS]).argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(5) != 0


class Node(FakeHost):
    """A node whose connection breaks after two lines, each time."""

    def __init__(self, name: str, refusals: int = 0) -> None:
        super().__init__(name, {str(observer.WALL_CLOCK): lambda _: f"{time.time_ns()}\n"})
        self.refusals, self.started = refusals, 0

    async def reconnect(self, *, timeout_s: float = 10) -> None:
        await super().reconnect()
        if self.refusals:
            self.refusals -= 1
            raise HostUnreachable("it boots")

    async def stream(self, command: Command) -> AsyncGenerator[str, None]:
        self.started += 1
        for n in range(2):
            now = time.monotonic_ns()
            more = {"boot": str(self.started), "born_ns": 0} if n == 0 else {}
            line = {"mono_ns": now, "before_ns": now, "wall_ns": time.time_ns(), "held": [ADDRESS.id], "cpu_ns": 0}
            yield json.dumps({**line, **more})
            await asyncio.sleep(0.01)
        self.refusals = 3
        raise HostUnreachable("it lost its power")


def test_a_node_is_observed_anew_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observer, "AGAIN_S", 0.01)
    nodes = {"n1": Node("n1", refusals=2), "n2": Node("n2")}
    lines: dict[str, list[Mapping[str, Any]]] = {"n1": [], "n2": []}

    async def go() -> None:
        async with observing(nodes, [ADDRESS], lambda node, line: lines[node].append(line)):
            assert all(any("held" in line for line in found) for found in lines.values())
            while nodes["n1"].started < 3:  # noqa: ASYNC110 - another task's doing
                await asyncio.sleep(0.01)

    asyncio.run(go())
    assert all(node.closed for node in nodes.values())
    said = [line["broken"] for line in lines["n1"] if "broken" in line]
    assert said[:3] == ["it boots", "it lost its power", "it boots"]
    found = watches(lines["n1"])
    assert [watch.boot for watch in found[:2]] == ["1", "2"]
    assert all(abs(watch.shift_ns) <= watch.apart_ns for watch in found)
    assert held_at(found, time.monotonic_ns()) == {ADDRESS}


def test_where_there_is_nothing_to_look_for_nobody_looks() -> None:
    node = Node("n1")

    async def go() -> None:
        async with observing({"n1": node}, [], lambda _node, _line: None):
            pass

    asyncio.run(go())
    assert (node.started, node.reconnects) == (0, 0)


def test_the_program_is_small_enough_for_a_command_line() -> None:
    assert max(map(len, map(str.encode, program([ADDRESS, MOUNT]).argv))) < min(128 * 1024, os.sysconf("SC_ARG_MAX"))
