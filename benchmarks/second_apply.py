"""`quorate apply --lab FILE` on a cluster that is what the file says: how long, and does anything at all move?

The whole program is timed, as a person starts it. Before the first and after the last run each node is asked for the
main processes of Corosync and Pacemaker, for what runs where, and for the CIB's epoch (which counts changes of the
configuration): a difference fails the benchmark. Where the time goes is measured in one process of its own per run.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figures, Limit, timed
from benchmarks.nodes import blueprint, booted, cluster_of, versions
from quorate.build.apply import apply
from quorate.build.plan import Plan
from quorate.build.prepare import prepare
from quorate.build.step import Fleet
from quorate.describe.cluster import Cluster
from quorate.lab.lab import Lab
from quorate.machines.host import command
from quorate.observe.facts import cib, cluster_status
from quorate.observe.gathering import gather
from quorate.ui.reach import reach

QUESTION = "How long does a second `quorate apply` of three nodes take, and does it leave everything as it is?"

QUORATE = str(Path(sys.executable).parent / "quorate")
DAEMONS = command("systemctl", "show", "--property=MainPID,ActiveEnterTimestampMonotonic", "corosync", "pacemaker")


def processor_s() -> float:
    """Return the processor time of all programs that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def state(fleet: Fleet) -> dict[str, object]:
    """Return all that a second apply must leave alone."""
    first = next(iter(fleet.values()))
    status = await gather(first, cluster_status)
    return {
        "daemons": {name: (await host.run(DAEMONS)).stdout for name, host in fleet.items()},
        "resources": sorted((r.id, tuple(r.nodes), r.active) for r in status.resources),
        "epoch": (await gather(first, cib)).version.epoch,
    }


async def parts(figures: Figures, cluster: Cluster) -> None:
    """Do the same inside this process, and keep how long each part takes."""
    started = time.monotonic()
    marks: dict[str, float] = {}

    def mark(part: str) -> None:
        marks[part] = time.monotonic() - started - sum(marks.values())

    def agree(made: Plan) -> None:
        mark("of which: taking the lock, looking at every host and planning")
        assert not made.changes, [change.words for change in made.changes]

    async with reach(cluster, in_lab=True) as found:
        fleet = found.everybody()
        mark("of which: connecting")
        want = await prepare(cluster, fleet, found.secret)
        await apply(fleet, want, lambda _: None, agree, test_fencing=True)
        mark("of which: verifying all stages again")
    for part, seconds in marks.items():
        figures.add(part, seconds)


async def measured(figures: Figures, runs: int) -> None:
    """Build once, apply again and again, compare."""
    text = blueprint("bench-apply")
    cluster = cluster_of(text)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cluster.yaml"
        file.write_text(text)
        async with booted(Lab(cluster)):
            again = [QUORATE, "apply", "--lab", str(file)]
            await asyncio.to_thread(subprocess.run, again, check=True, capture_output=True)
            async with reach(cluster, in_lab=True) as found:
                figures.versions = dict(await versions(next(iter(found.everybody().values()))))
                before = await state(found.everybody())
            for _ in range(runs):
                started, before_s = time.perf_counter(), processor_s()
                done = await asyncio.to_thread(subprocess.run, again, check=True, capture_output=True, text=True)
                figures.add("quorate apply, nothing to do", time.perf_counter() - started)
                figures.add("of which: processor time of the program", processor_s() - before_s)
                assert "nothing to do" in done.stdout, done.stdout
                figures.add("of which: start and check of the file", timed([QUORATE, "check", str(file)]))
                await parts(figures, cluster)
            async with reach(cluster, in_lab=True) as found:
                after = await state(found.everybody())
    assert before == after, f"something moved: {before} -> {after}"
    figures.notes.append("after all runs: same processes of corosync and pacemaker, same CIB epoch, nothing moved")


def run(runs: int) -> Figures:
    """Time the second and later applies."""
    figures = Figures(QUESTION, "s")
    asyncio.run(measured(figures, runs))
    figures.limits = [Limit("quorate apply, nothing to do", 3)]
    return figures
