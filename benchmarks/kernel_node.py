"""What a kernel node costs: seconds from power-on to SSH (two nodes at once), memory and CPU while it idles."""

import asyncio
import os
import time
from pathlib import Path

from benchmarks.figures import Figures, Limit, Ratio
from benchmarks.nodes import blueprint, booted, cluster_of
from quorate import __version__
from quorate.lab import cgroup, kernel, user_mode_linux
from quorate.lab.kind import Kind
from quorate.lab.lab import Lab
from quorate.lab.places import ROOT

QUESTION = "How long do two nodes take from power-on to SSH, and what does an idle one cost?"
IDLE_S = 15
NAMES: tuple[Kind, ...] = ("kernel", "container")


def two_nodes() -> str:
    """Return the blueprint without its third node."""
    lines = blueprint("quorate-bench-kernel").splitlines()
    return "\n".join(line for line in lines if not line.strip().startswith("n3:")) + "\n"


def memory_mb(lab: Lab, node: str) -> float:
    """Return what a kernel node's memory takes on this machine: the blocks of the file that is its RAM, once."""
    files = {}
    for process in processes(lab, node):
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            if str(descriptor.readlink()).startswith("/dev/shm/"):
                found = descriptor.stat()
                files[found.st_ino] = found.st_blocks * 512 / 2**20
    return sum(files.values())


def cpu_s(lab: Lab, node: str) -> float:
    """Return the CPU seconds that a node's processes have used (proc(5), stat: utime and stime)."""
    ticks = 0
    for process in processes(lab, node):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def processes(lab: Lab, node: str) -> list[int]:
    """Return a kernel node's processes."""
    return cgroup.processes(cgroup.lab_groups(lab.name)[0] / f"node-{node}")


async def boot_s(lab: Lab) -> float:
    """Power both nodes on at once; return the seconds until both answer SSH."""
    for node in lab.plan.node_names:
        await lab.power(node, "off")
    # A node waits for its firmware after a cut; that is not what is measured.
    await asyncio.sleep(max(lab.plan.firmware_s, kernel.FIRMWARE_S if lab.kind == "kernel" else 0.0))
    started = time.monotonic()
    await asyncio.gather(*(lab.power(node, "on") for node in lab.plan.node_names))
    for node in lab.plan.node_names:
        await lab.booted(node)
    return time.monotonic() - started


async def measure(figures: Figures, runs: int) -> None:
    """Boot each kind `runs` times; look at idle kernel nodes after each boot."""
    for kind in NAMES:
        async with booted(Lab(cluster_of(two_nodes()), nodes=kind)) as lab:
            for _ in range(runs):
                figures.add(f"{kind}: boot to SSH, s", await boot_s(lab))
                if kind == "kernel":
                    await asyncio.sleep(5)  # what still starts after sshd
                    before, started = cpu_s(lab, "n1"), time.monotonic()
                    await asyncio.sleep(IDLE_S)
                    share = 100 * (cpu_s(lab, "n1") - before) / (time.monotonic() - started)
                    figures.add("kernel: idle, % of a core", share)
                    figures.add("kernel: memory, MB", memory_mb(lab, "n1"))


def run(runs: int) -> Figures:
    """Measure both kinds."""
    figures = Figures(
        QUESTION, "", versions={"quorate": __version__, "user-mode-linux": user_mode_linux.of_lab(ROOT).release}
    )
    asyncio.run(measure(figures, runs))
    figures.ratios = [Ratio("kernel: boot to SSH, s", "container: boot to SSH, s")]
    figures.limits = [Limit("kernel: boot to SSH, s", 20), Limit("kernel: memory, MB", 200)]
    figures.notes = ["idle: neither Corosync nor Pacemaker runs; two nodes are on"]
    return figures
