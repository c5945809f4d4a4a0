"""The TCP probe as it really runs: its own process, real sockets on the loopback interface."""

import asyncio
import socket
import time
from pathlib import Path

from quorate.drill.history import read_trace
from quorate.drill.probe import probing
from quorate.drill.probes._process import Settings


def test_it_tells_who_listens_from_who_does_not(tmp_path: Path) -> None:
    path = tmp_path / "site-tcp.jsonl"
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    target = f"127.0.0.1:{listener.getsockname()[1]}"

    async def story() -> None:
        async with probing("tcp", Settings(target, str(path))) as probe:
            await probe.wait_steady(20, timeout_s=30)
            listener.close()
            refused = await probe.wait_failed(since_ns=time.monotonic_ns(), timeout_s=30)
            assert refused.result == "refused"

    asyncio.run(story())
    trace = read_trace(path, [])
    assert trace is not None
    assert (trace.probe, trace.ended) == ("tcp", "stopped")
    assert {one.result for one in trace.attempts} == {"ok", "refused"}
    assert all(one.done_ns >= one.sent_ns for one in trace.attempts)
