"""How long an exploration takes: every failure, and every pair, of synthetic clusters; the same by crm_simulate alone.

Contenders, by cluster (synthetic.py): `quorate`, which asks a worker linked to libpacemaker in each of its processes,
and does not ask what follows from what was asked; and the same failures by calls of crm_simulate, one after the other.
That both say the same of every service and failure is counted. Memory is that of all processes together, at its most.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figures, Limit, Ratio
from benchmarks.synthetic import cluster
from quorate import __version__
from quorate.explore.asking import Options
from quorate.explore.of_cib import of_cib
from quorate.explore.result import Exploration
from quorate.explore.run import explore
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.simulate import CrmSimulate, version
from quorate.explore.subject import Subject
from quorate.explore.work import Make

QUESTION = "How long does it take to explore all failures, and all pairs, and how long with calls of crm_simulate?"

SEEDS = {"3/10": 4, "5/60": 10, "16/300": 1}
"""Of clusters with fencing devices, and on 3/10 and 5/60 without placement by utilization."""

LIMITS_S = {"3/10 pairs": 3, "5/60 singles": 5, "5/60 pairs": 240, "16/300 singles": 180}
LOOPED = ("3/10 singles", "5/60 singles")
MEMORY_MB = {"5/60 pairs": 300}


def subject(size: str) -> Subject:
    """Return the synthetic cluster of "nodes/resources"."""
    nodes, resources = map(int, size.split("/"))
    return of_cib(cluster(SEEDS[size], nodes, resources))


class Run:
    """One exploration. seconds: wall clock. memory_mb: the most that all processes held together."""

    def __init__(self, what: str, make: Make, jobs: int) -> None:
        size, depth = what.split()
        one = subject(size)
        self.memory_mb, began = 0.0, time.perf_counter()
        options = Options(depth=2 if depth == "pairs" else 1, jobs=jobs)
        self.found: Exploration = explore(one, options, self._told, make=make, kept=False)
        self.seconds = time.perf_counter() - began

    def _told(self, known: int, total: int) -> None:  # noqa: ARG002 - a Told
        self.memory_mb = max(self.memory_mb, sum(held_mb(pid) for pid in tree(os.getpid())))


def tree(root: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield root
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def held_mb(pid: int) -> float:
    """Return what a process holds in memory, of what it shares with others its share (Pss); 0 if it is gone."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")) * 1024 / 1e6


def same(one: Exploration, other: Exploration) -> str:
    """Return of how many scenarios both say the same."""
    theirs = {scenario.id: scenario.impacts for scenario in other.scenarios}
    equal = sum(theirs.get(scenario.id) == scenario.impacts for scenario in one.scenarios)
    return f"{equal} of {len(one.scenarios)} failures the same"


def run(runs: int, *only: str) -> Figures:
    """Explore each cluster `runs` times. only: as "5/60-singles"; those of the quick ones where nothing is said."""
    figures = Figures(QUESTION, "s", versions={"quorate": __version__, "pacemaker": version()})
    wanted = [one.replace("-", " ") for one in only] or ["3/10 singles", "3/10 pairs", "5/60 singles"]
    for _ in range(runs):
        for what in wanted:
            measured = Run(what, open_scheduler, os.cpu_count() or 1)
            figures.add(what, measured.seconds)
            counted = f"{what}: {len(measured.found.scenarios)} scenarios"
            about = sum(bool(one.approximate) for one in measured.found.scenarios)
            known = sum(bool(one.same_as) for one in measured.found.scenarios)
            notes = [f"{counted}, {known} the same as another, {about} approximate, {measured.memory_mb:.0f} MB"]
            if what in LOOPED:
                looped = Run(what, CrmSimulate, 1)
                figures.add(f"{what}, crm_simulate", looped.seconds)
                notes.append(f"{what}: {same(measured.found, looped.found)}")
            figures.notes = list(dict.fromkeys([*figures.notes, *notes]))
    figures.ratios = [Ratio(one, f"{one}, crm_simulate", 0.1) for one in wanted if one in LOOPED]
    figures.limits = [Limit(one, LIMITS_S[one]) for one in wanted if one in LIMITS_S]
    return figures
