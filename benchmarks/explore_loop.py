"""Explore beside a plain loop of crm_simulate calls, and what every pair of failures takes, on 5 nodes, 60 resources.

1. All single failures, in as many processes as there are processors: as `quorate explore` does it.
2. Of these, SAMPLE drawn by chance (SEED): what the scheduler is asked for each of them is asked of the worker, of our
   crm_simulate backend, and in a loop of bare calls of crm_simulate (explore_backends.py). All answers of both backends
   are compared: placements, and everything (graphs, what of them is carried out, digest). The loop's time for all is
   that for the sample, times all failures by those of the sample: what changes nothing costs it no call.
3. Pairs, for PAIRS_S seconds; then they are ended as by Ctrl-C. How long all would take follows from how many became
   known in that time. Pairs that follow exactly from others are not asked; those that are only taken to be independent
   are counted as approximate. With `exact` all but the former are asked.

Arguments after the number of runs: a size, "5/60" or "16/300"; how many seconds of pairs (0: none); "exact".
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

from benchmarks.explore import held_mb, subject, tree
from benchmarks.explore_backends import loop
from benchmarks.figures import Figures, Limit, Ratio
from quorate import __version__
from quorate.explore.asking import Options
from quorate.explore.narrowing import Narrowing
from quorate.explore.result import Exploration
from quorate.explore.run import explore
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.scheduler.simulate import CrmSimulate, version
from quorate.explore.scheduler.step import QUIET, Step
from quorate.explore.scheduler.transition import Settled
from quorate.explore.subject import Subject
from quorate.explore.work import Make

QUESTION = "How long does it take to explore a larger cluster, and how long in a loop of crm_simulate calls?"

SEED, SAMPLE, PAIRS_S = 1, 40, 60.0
LIMITS_S = {"5/60": 5, "16/300": 180}
Steps = tuple[Step, ...]


class Recorded:
    """A scheduler that keeps what it is asked and answers."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.answers: dict[Steps, Settled] = {}

    def __enter__(self) -> "Recorded":
        self._scheduler.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.rest = self._scheduler.cib((QUIET,))
        self._scheduler.__exit__(None, None, None)

    @property
    def name(self) -> str:
        """The scheduler's name."""
        return self._scheduler.name

    def settle(self, steps: Sequence[Step]) -> Settled:
        """Return what it answers."""
        found = self.answers[tuple(steps)] = self._scheduler.settle(steps)
        return found

    def cib(self, steps: Sequence[Step]) -> str:
        """Return what it answers."""
        return self._scheduler.cib(steps)


class Timed:
    """An exploration. seconds: wall clock; memory_mb: the most that all processes held together.

    told: (seconds, scenarios known, of how many), whenever something became known. ends_s: when it is interrupted.
    """

    def __init__(self, one: Subject, options: Options, ends_s: float = float("inf")) -> None:
        self.memory_mb, self._ends_s = 0.0, ends_s
        self.told: list[tuple[float, int, int]] = []
        self._began = time.perf_counter()
        self.found: Exploration = explore(one, options, self._tell, kept=False)
        self.seconds = time.perf_counter() - self._began

    def _tell(self, known: int, total: int) -> None:
        self.memory_mb = max(self.memory_mb, sum(held_mb(pid) for pid in tree(os.getpid())))
        self.told.append((time.perf_counter() - self._began, known, total))
        if self.told[-1][0] > self._ends_s:
            raise KeyboardInterrupt


def run(runs: int, size: str = "5/60", pairs_s: str = str(PAIRS_S), *words: str) -> Figures:
    """Explore `runs` times; the sample and the pairs once."""
    figures = Figures(QUESTION, "s", versions={"quorate": __version__, "pacemaker": version()})
    one, jobs = subject(size), os.cpu_count() or 1
    for _ in range(runs):
        timed = Timed(one, Options(jobs=jobs))
        figures.add(f"{size} singles", timed.seconds)
    figures.notes.append(f"{size}: {len(timed.found.scenarios)} failures, {timed.memory_mb:.0f} MB at most")
    compare(figures, size, one, [scenario.id for scenario in timed.found.scenarios])
    figures.ratios = [Ratio(f"{size} singles", f"{size} singles, loop of crm_simulate", 0.1)]
    figures.limits = [Limit(f"{size} singles", LIMITS_S[size])] if size in LIMITS_S else []
    if float(pairs_s):
        pairs(figures, size, Timed(one, Options(depth=2, jobs=jobs, exact="exact" in words), float(pairs_s)))
    return figures


def compare(figures: Figures, size: str, one: Subject, ids: Sequence[str]) -> None:
    """Put a sample to both backends and to the loop; compare the answers, and say what the loop would take for all."""
    sample = Random(SEED).sample(ids, min(SAMPLE, len(ids)))
    asked = Options(jobs=1, narrowing=Narrowing(faults=tuple(sample)))
    fast, slow = (record(one, asked, make) for make in (open_scheduler, CrmSimulate))
    placed = sum(slow.answers[steps].placement == found.placement for steps, found in fast.answers.items())
    equal = sum(slow.answers.get(steps) == found for steps, found in fast.answers.items())
    began = time.perf_counter()
    calls = bare(fast.rest, fast.answers)
    took_s = time.perf_counter() - began
    figures.add(f"{size} singles, loop of crm_simulate", took_s * len(ids) / len(sample))
    figures.notes.append(
        f"{size}: a sample of {len(sample)} failures (seed {SEED}) makes {len(fast.answers) - 1} questions: "
        f"{placed - 1} have the same placement from {fast.name} and {slow.name}, {equal - 1} the same in all; "
        f"the loop took {took_s:.1f} s for them ({calls} calls)"
    )


def record(one: Subject, asked: Options, make: Make) -> Recorded:
    """Explore with a scheduler that is kept an eye on."""
    kept: list[Recorded] = []

    def watched(cib: str) -> Recorded:
        kept.append(Recorded(make(cib)))
        return kept[0]

    explore(one, asked, make=watched, kept=False)
    return kept[0]


def bare(rest: str, answers: dict[Steps, Settled]) -> int:
    """Do all steps from rest on in a loop of calls; return how many calls that were."""
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder, "start.xml")
        start.write_text(rest)
        for steps, found in answers.items():
            if steps != (QUIET,):
                loop(start, steps[-1], len(found.transitions) + 1)
                count += len(found.transitions) + 1
    return count


def pairs(figures: Figures, size: str, timed: Timed) -> None:
    """Say how far it came, and how long it would take to the end."""
    (end_s, known, total), found = timed.told[-1], timed.found
    both = [one for one in found.scenarios if len(one.failures) > 1]
    about = sum(bool(one.approximate) for one in both)
    as_other = sum(bool(one.same_as) for one in both)
    began_s, before = next(asked_from(timed.told), (end_s, known))
    rate = (known - before) / (end_s - began_s) if end_s > began_s else 0.0
    whole_s = end_s + (total - known) / rate if known < total and rate else end_s
    figures.add(f"{size} pairs, as far as asked", timed.seconds)
    figures.add(f"{size} pairs, all, extrapolated", whole_s)
    figures.notes.append(
        f"{size} pairs: {total} scenarios, {known} known after {end_s:.0f} s; pairs began after {began_s:.0f} s with "
        f"{before} known, {rate:.0f} became known a second then; of the {len(both)} pairs {as_other} are as another, "
        f"{about} approximate; {timed.memory_mb:.0f} MB at most"
    )


def asked_from(told: Sequence[tuple[float, int, int]]) -> Iterator[tuple[float, int]]:
    """Yield (seconds, known) from when the first pairs are known, which is when it becomes known how many there are."""
    for (_, _, before), (at_s, known, total) in pairwise(told):
        if total != before:
            yield at_s, known
