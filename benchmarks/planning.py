"""`quorate plan` and `quorate import` of running clusters of 3 and of 16 nodes; how crmsh and pcs show differences.

Whole programs are timed, as a person starts them; the peers on a node, through a connection that is open already, so
that they are spared what quorate pays for: connecting. What each of them says is not the same:

    quorate plan                every host (packages, files, units), Corosync, CIB and services, against the file
    crm cluster diff            one file (corosync.conf), between the nodes
    pcs config checkpoint diff  two CIBs, an earlier one and the live one
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.figures import Figures, Limit, Ratio
from benchmarks.nodes import blueprint, booted, cluster_of, lab_with, versions
from quorate.build.step import Fleet
from quorate.machines.host import Command, command
from quorate.ui.reach import reach

QUESTION = (
    "How long do `quorate plan` and `quorate import` of a running cluster take, beside crmsh's and pcs' differences?"
)

QUORATE = str(Path(sys.executable).parent / "quorate")
PEERS: Mapping[str, Command] = {
    "crm cluster diff corosync.conf": command("crm", "cluster", "diff", "/etc/corosync/corosync.conf"),
    "pcs config checkpoint diff": command("pcs", "config", "checkpoint", "diff", 1, "live"),
}
KEY = "/root/.ssh/id_ed25519"


async def trusted(fleet: Fleet) -> None:
    """Let root of the first node log in to the others, as crmsh needs it."""
    first = next(iter(fleet.values()))
    script = f"mkdir -p -m 700 /root/.ssh && ssh-keygen -q -t ed25519 -N '' -f {KEY} && cat {KEY}.pub"
    public = (await first.run(command("sh", "-c", script))).stdout.encode()
    await asyncio.gather(
        *(host.put("/root/.ssh/authorized_keys", public, mode=0o600, make_parents=True) for host in fleet.values())
    )
    await first.put("/root/.ssh/config", b"StrictHostKeyChecking no\nLogLevel ERROR\n", mode=0o600)


def run_quorate(*words: str) -> str:
    """Run quorate to its end, as it is installed, compiled; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run([QUORATE, *words], check=True, capture_output=True, text=True, env=environment).stdout


async def measured(figures: Figures, text: str, runs: int, nodes: int) -> None:
    """Build once, then ask again and again, in turns."""
    cluster = cluster_of(text)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cluster.yaml"
        file.write_text(text)
        async with booted(lab_with(cluster, "crmsh", "pcs")):
            await asyncio.to_thread(run_quorate, "apply", "--lab", "--no-test-fencing", str(file))
            async with reach(cluster, in_lab=True) as found:
                fleet = found.everybody()
                figures.versions |= dict(await versions(next(iter(fleet.values()))))
                await trusted(fleet)
                for _ in range(runs):
                    await one_turn(figures, file, fleet, nodes)


async def one_turn(figures: Figures, file: Path, fleet: Fleet, nodes: int) -> None:
    """Ask each contender once; of a cluster of sixteen only quorate."""
    for name, words in (
        ("plan", ("plan", "--lab", "--no-test-fencing", str(file))),
        ("import", ("import", "--lab", str(file))),
    ):
        started = time.perf_counter()
        said = await asyncio.to_thread(run_quorate, *words)
        figures.add(f"quorate {name}, {nodes} nodes", time.perf_counter() - started)
        assert name == "import" or "Nothing to do" in said, said
    if nodes > 3:
        return
    for name, asked in PEERS.items():
        started = time.perf_counter()
        await next(iter(fleet.values())).run(asked, timeout_s=60)
        figures.add(name, time.perf_counter() - started)


def sixteen() -> str:
    """Return a cluster file with sixteen nodes of two links, each with its BMC, and one service."""
    nodes = "\n".join(
        f"  n{i}: {{links: [10.1.0.{i}, 10.2.0.{i}], fencing: {{ipmi: 10.3.0.{i}}}}}" for i in range(1, 17)
    )
    return (
        f"cluster: bench-planning-16\nnodes:\n{nodes}\nquorum: {{auto_tie_breaker: lowest, wait_for_all: true}}\n"
        "fencing: {ipmi: {user: admin, password: {env: IPMI_PASSWORD}}}\n"
        "services: {site: {kind: web, address: 10.1.0.100/24}}\n"
    )


def run(runs: int, *sizes: str) -> Figures:
    """Time the contenders on three nodes, then quorate on sixteen. sizes: "3" or "16", for one of them alone."""
    figures = Figures(QUESTION, "s")
    if "3" in (sizes or ("3",)):
        asyncio.run(measured(figures, blueprint("bench-planning"), runs, 3))
        figures.ratios = [Ratio("quorate plan, 3 nodes", peer) for peer in PEERS]
        figures.limits = [Limit("quorate plan, 3 nodes", 2)]
    if "16" in (sizes or ("16",)):
        asyncio.run(measured(figures, sixteen(), runs, 16))
        figures.limits.append(Limit("quorate plan, 16 nodes", 5))
    figures.notes = [
        "quorate's whole program is timed, connecting included; the peers through a connection that is open",
        "crm cluster diff compares one file of all nodes, pcs config checkpoint diff two CIBs, quorate plan everything",
    ]
    return figures
