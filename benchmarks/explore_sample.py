"""All single failures of a cluster that is too large to wait for, from a sample of them.

Failures that begin alike share what the scheduler is asked (failure.py), so the sample is of such groups: every EVERYth
of them, as explore asks for them, in as many processes as there are processors. What all would take follows from how
long the sample took from its first answer on; before that each process brings the cluster to rest. It is a bit too
much: failures that end alike share answers, too, and have fewer to share them with.

Arguments after the number of runs: a size, "16/300" or "5/60"; which of the groups: every 25th.
"""

import os
import time
from itertools import groupby

from benchmarks.explore import LIMITS_S, subject
from benchmarks.figures import Figures, Limit
from quorate import __version__
from quorate.explore.asking import Options
from quorate.explore.failure import beginning, side_by_side
from quorate.explore.narrowing import Narrowing
from quorate.explore.run import explore
from quorate.explore.scheduler.simulate import version
from quorate.explore.subject import Subject
from quorate.explore.universe import singles

QUESTION = "How long would all failures of a large cluster take, from a sample of them?"


def run(runs: int, size: str = "16/300", every: str = "25") -> Figures:
    """Explore a sample `runs` times, and say how long all failures would take."""
    figures = Figures(QUESTION, "s", versions={"quorate": __version__, "pacemaker": version()})
    one = subject(size)
    groups = [[one.id for one in group] for _, group in groupby(side_by_side(singles(one)), key=beginning)]
    sample = [id_ for group in groups[:: int(every)] for id_ in group]
    total = sum(map(len, groups))
    for _ in range(runs):
        first_s, took_s = _timed(one, sample)
        figures.add(f"{size} singles, the sample", took_s)
        figures.add(f"{size} singles, all, extrapolated", first_s + (took_s - first_s) * total / len(sample))
    figures.limits = [Limit(f"{size} singles, all, extrapolated", LIMITS_S[f"{size} singles"])]
    figures.notes.append(f"{size}: {len(sample)} of {total} failures, {os.cpu_count()} processors")
    return figures


def _timed(one: Subject, sample: list[str]) -> tuple[float, float]:
    """Return when the first failure was known, and when all were."""
    told: list[float] = []
    began = time.perf_counter()
    asked = Options(jobs=os.cpu_count() or 1, narrowing=Narrowing(faults=tuple(sample)))
    explore(one, asked, lambda _known, _total: told.append(time.perf_counter() - began), kept=False)
    return told[0], told[-1]
