"""The ICMP probe as it really runs: its own process, the loopback interface, and an address that nobody has."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from quorate.drill.history import read_trace
from quorate.drill.probe import probing
from quorate.drill.probes._process import Settings
from quorate.drill.probes.icmp import HEAD, answered, checksum, request

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a raw socket needs root")


@needs_root
@pytest.mark.parametrize("target", ["127.0.0.1", "::1"])
def test_a_host_answers(target: str, tmp_path: Path) -> None:
    path = tmp_path / "site-icmp.jsonl"

    async def story() -> None:
        async with probing("icmp", Settings(target, str(path))) as probe:
            await probe.wait_steady(20, timeout_s=30)

    asyncio.run(story())
    trace = read_trace(path, [])
    assert trace is not None
    assert trace.ended == "stopped"
    assert {one.result for one in trace.attempts} == {"ok"}


@needs_root
def test_where_there_is_no_route_it_says_so(tmp_path: Path) -> None:
    path, name = tmp_path / "site-icmp.jsonl", f"quorate-icmp-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)

    async def story() -> None:
        settings = Settings("192.0.2.1", str(path), namespace=f"/run/netns/{name}")
        async with probing("icmp", settings) as probe:
            failed = await probe.wait_failed(since_ns=0, timeout_s=30)
            assert failed.result == "unreachable"

    try:
        asyncio.run(story())
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def test_an_answer_is_known_by_its_number() -> None:
    family, ident = socket.AF_INET, 0x1234
    asked = request(family, ident, 70_000)
    assert checksum(asked) == 0
    reply = HEAD.pack(0, 0, 0, ident, 70_000 & 0xFFFF) + asked[HEAD.size :]
    header = bytes([0x45]) + bytes(19)
    assert answered(family, ident, header + reply) == 70_000
    assert answered(family, None, reply) == 70_000
    assert answered(family, ident + 1, header + reply) is None
    assert answered(family, ident, header + asked) is None  # our own request, which a raw socket on loopback sees
    assert answered(family, ident, b"") is None
    assert answered(family, ident, header + reply[:10]) is None


AS_NOBODY = """\
import encodings.idna, os
from quorate.drill.probes import icmp
os.setgid(65534)
os.setuid(65534)
icmp.run("icmp", icmp.IcmpClient)
"""


@needs_root  # for a network namespace of its own, where no group may ping
def test_who_may_not_ping_is_told_what_is_missing() -> None:
    told = json.dumps({"target": "127.0.0.1", "output": "/dev/null"})
    argv = ["unshare", "--net", sys.executable, "-c", AS_NOBODY]
    done = subprocess.run(argv, check=False, input=told, text=True, capture_output=True, timeout=30)
    assert done.returncode == 2
    assert "ping_group_range" in done.stderr
    assert "Traceback" not in done.stderr
