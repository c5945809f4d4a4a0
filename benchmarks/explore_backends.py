"""What one failure costs to explore: the worker, our crm_simulate backend, and bare calls of crm_simulate in a loop.

Synthetic clusters (synthetic.py) at rest; to each the same failures, drawn from all single ones: a node lost, a node
that leaves, an operation that fails. Each failure is put to all three in turn. The bare loop does the least that a
script could: inject, simulate, and again until nothing is left to do; it reads no placement. All answers of the worker
are held against those of crm_simulate, action by action.
"""

import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from subprocess import DEVNULL
from subprocess import run as call

from benchmarks.figures import Figures, Ratio
from benchmarks.synthetic import MONITOR_MS, PROMOTED_MS, SIZES, cluster
from quorate import __version__
from quorate.errors import Missing
from quorate.explore.scheduler.graph import parse
from quorate.explore.scheduler.opening import find_way
from quorate.explore.scheduler.options import injected, spec
from quorate.explore.scheduler.simulate import CrmSimulate, program
from quorate.explore.scheduler.step import QUIET, Result, Step
from quorate.explore.scheduler.transition import Placement
from quorate.explore.scheduler.worker import Worker

QUESTION = (
    "How long does the scheduler take for one failure: as a process that stays, and as a command called in a loop?"
)

SEED = 1


def run(runs: int, nodes_max: str = "16") -> Figures:
    """Put `runs` failures to each size of up to `nodes_max` nodes; a tenth as many (but two) to the largest.

    That one is slow: crm_simulate takes minutes for three failures of 16 nodes and 300 resources.
    """
    way = find_way()
    if way.program is None:
        raise Missing("There is no worker here to measure.", way.why)
    figures = Figures(QUESTION, "ms")
    for nodes, resources in (size for size in SIZES if size[0] <= int(nodes_max)):
        count = runs if resources < 300 else max(2, runs // 10)
        with Worker(cluster(SEED, nodes, resources), way.program) as cold:
            started = time.perf_counter()
            placement = cold.settle((QUIET,)).placement
            figures.add(f"{nodes}/{resources}: worker, cold start", 1000 * (time.perf_counter() - started))
            base = cold.cib((QUIET,))
        measure(figures, f"{nodes}/{resources}", base, drawn(base, placement, count), way.program)
        figures.ratios += [
            Ratio(f"{nodes}/{resources}: worker", f"{nodes}/{resources}: bare loop", 0.1),
            Ratio(f"{nodes}/{resources}: worker", f"{nodes}/{resources}: crm_simulate backend"),
        ]
    figures.versions = {"quorate": __version__, "scheduler": CrmSimulate(base).name}
    return figures


def measure(figures: Figures, size: str, base: str, steps: list[Step], worker: Path) -> None:
    """Put each failure to the three in turn, and compare what they answer."""
    same: Counter[str] = Counter()
    with Worker(base, worker) as fast, CrmSimulate(base) as slow, tempfile.TemporaryDirectory() as folder:
        start = Path(folder, "start.xml")
        start.write_text(base)
        fast.settle((QUIET,))
        for step in steps:
            began = time.perf_counter()
            mine = fast.settle((step,))
            figures.add(f"{size}: worker", 1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            theirs = slow.settle((step,))
            figures.add(f"{size}: crm_simulate backend", 1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            loop(start, step, len(theirs.transitions) + 1)
            figures.add(f"{size}: bare loop", 1000 * (time.perf_counter() - began))
            same["placements"] += mine.placement == theirs.placement
            same["answers"] += mine == theirs
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{fast.pid}/status").read_text())
        assert peak is not None
        assert not fast.remarks, fast.remarks
    figures.notes.append(
        f"{size}: of {len(steps)} failures {same['placements']} have the same placement from both backends, and "
        f"{same['answers']} the same graphs, action by action; the worker's peak memory is {int(peak[1]) / 1000:.0f} MB"
    )


def loop(start: Path, step: Step, calls: int) -> None:
    """Call crm_simulate for each transition, and once more, to see that nothing is left to do."""
    words = [*injected(step), *(f"--op-inject={spec(result)}" for result in step.results)]
    now, graph = start, start.with_name("graph.xml")
    for number in range(calls):
        after = start.with_name(f"{number}.xml")
        files = ["--xml-file", str(now), "--save-output", str(after), "--save-graph", str(graph)]
        env = {"CIB_shadow_dir": str(start.parent), "PATH": "/usr/sbin:/usr/bin"}
        call([program(), "--simulate", "--quiet", *files, *words], env=env, stdout=DEVNULL, stderr=DEVNULL, check=False)
        now, words = after, []


def drawn(base: str, placement: Placement, count: int) -> list[Step]:
    """Draw failures from all single ones; the same for the same cluster."""
    every = list(singles(base, placement))
    return Random(SEED).sample(every, min(count, len(every)))


def singles(base: str, placement: Placement) -> Iterator[Step]:
    """Yield every node lost, every node that leaves, and the failure of every monitor where it runs."""
    root = parse(base)
    for node in root.iterfind("configuration/nodes/node"):
        if node.get("type", "member") == "member":
            yield Step(lost=(str(node.get("uname")),))
            yield Step(left=(str(node.get("uname")),))
    primitives = {str(primitive.get("id")) for primitive in root.iter("primitive")}
    for one in sorted(placement.instances):
        if one.resource in primitives and one.role in {"Started", "Promoted"}:
            interval_ms = PROMOTED_MS if one.role == "Promoted" else MONITOR_MS
            yield Step(results=(Result(one.resource, "monitor", interval_ms, one.node, 1),))
