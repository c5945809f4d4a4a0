"""Does a short token hold on a machine that is busy all the time? The blueprint's cluster under full load, watched.

Every node runs a loop that uses a whole processor, so that three of them want more than this machine has, for as many
minutes as are asked for; a client asks every 20 ms. Nobody does anything else: every new membership, every fencing and
every move of the service is a false alarm. Corosync warns when a token has been away for three quarters of its time;
how close it came is read from there.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.figures import Figures, Limit
from benchmarks.nodes import blueprint, booted, cluster_of, versions
from quorate.build.apply import apply
from quorate.build.prepare import prepare
from quorate.drill.clients import probe_of
from quorate.drill.fault import serving
from quorate.drill.history import read_trace
from quorate.drill.journal import fetch, parse_journal
from quorate.drill.phases import MEMBERSHIP, REQUESTED
from quorate.drill.probe import Settings, probing
from quorate.drill.verdict import find_gaps
from quorate.lab.lab import Lab
from quorate.machines.host import Host, command
from quorate.ui.reach import reach

QUESTION = "How often is a healthy node taken for dead under full load, with the blueprint's token?"
LATE = re.compile(r"Token has not been received in (\d+) ms")
LOOP = "while :; do :; done"


async def load(fleet: Mapping[str, Host], seconds: float) -> None:
    """Start a busy loop on every node, which ends by itself."""
    for host in fleet.values():
        limit = f"--property=RuntimeMaxSec={seconds:g}"
        await host.run(command("systemd-run", "--unit=quorate-bench-load", "--collect", limit, "sh", "-c", LOOP))


def busy() -> tuple[int, int]:
    """Return (idle, all) ticks of all processors since boot (proc(5), /proc/stat)."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


async def soaked(figures: Figures, minutes: int) -> None:
    """Build the cluster, load it, watch."""
    cluster = cluster_of(blueprint("bench-soak"))
    probe = probe_of(cluster, "site")
    with tempfile.TemporaryDirectory() as folder:
        async with booted(Lab(cluster)) as lab, reach(cluster, in_lab=True) as found:
            fleet, path = found.everybody(), Path(folder) / "site.jsonl"
            want = await prepare(cluster, fleet, found.secret)
            await apply(fleet, want, lambda _: None, lambda _: None)
            figures.versions = dict(await versions(fleet["n1"]))
            settings = Settings(
                probe.target,
                str(path),
                expect=probe.expect,
                namespace=str(lab.namespace_path),
                seconds_max=minutes * 60 + 120,
            )
            async with probing(probe.kind, settings) as client:
                await client.wait_steady()
                before, begun_s, idle = await serving(fleet, "site"), time.time(), busy()
                await load(fleet, minutes * 60 + 30)
                await asyncio.sleep(minutes * 60)
                idle_after = busy()
            moved = await serving(fleet, "site") != before
            lines = [
                line
                for name, host in fleet.items()
                for line in parse_journal((await host.run(fetch(begun_s), check=False)).stdout, name)
                if line.time_s >= begun_s
            ]
        trace = read_trace(path, [])
    assert trace is not None
    late = [int(after[1]) for line in lines if (after := LATE.search(line.message))]
    figures.add("new memberships", sum(bool(MEMBERSHIP.search(line.message)) for line in lines))
    figures.add("fencing requests", sum(bool(REQUESTED.search(line.message)) for line in lines))
    figures.add("moves of the service", int(moved))
    figures.add("tokens late by three quarters", len(late))
    share = 1 - (idle_after[0] - idle[0]) / (idle_after[1] - idle[1])
    longest_s = max(gap.seconds for gap in find_gaps(trace.attempts))
    figures.notes += [
        f"{minutes} minutes; token in effect {cluster.corosync.effective_token_ms} ms; processors busy {share:.1%}",
        f"the latest token warned of: {max(late, default=0)} ms after the one before",
        f"client: {len(trace.attempts)} asked, {sum(not one.ok for one in trace.attempts)} failed, "
        f"{longest_s:.2f} s between two answers at most",
    ]


def run(minutes: int) -> Figures:
    """Watch for so many minutes."""
    figures = Figures(QUESTION, "times")
    asyncio.run(soaked(figures, minutes))
    figures.limits = [Limit(name, 0) for name in ("new memberships", "fencing requests", "moves of the service")]
    return figures
