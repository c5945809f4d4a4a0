"""Compare the worker with crm_simulate: the graphs they give, what is carried out of them, and what runs where then.

python -m tools.conformance [DIR] [--scenarios N]

DIR: a folder of CIBs (*.xml), such as the inputs of Pacemaker's own regression suite, cts/scheduler/xml in its
sources; take the tag of the version that is installed. Each is brought to rest by both. Without DIR: synthetic clusters
(benchmarks/synthetic.py) to which things happen by chance, until there were N scenarios (1,000). The exit code is 1 if
there was any difference. What both refuse is identical.

Differences on a CIB whose status holds an id twice in one place are named, and counted apart: Pacemaker finds what it
changes by its id, and no cluster writes such a thing; what crm_simulate makes of one depends on how its file is merged.
"""

import argparse
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from benchmarks import synthetic

from quorate.errors import QuorateError, Unknown
from quorate.explore.scheduler.compiling import compiled
from quorate.explore.scheduler.graph import parse
from quorate.explore.scheduler.installed import fitted
from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import QUIET, Step
from quorate.explore.scheduler.transition import Settled
from quorate.explore.scheduler.worker import Worker

STEPS = 4
"""What happens to one synthetic cluster, one after another; the first is that it starts."""


class Compared(NamedTuple):
    """What came of one comparison. told: the difference, "" for none. twice: an id that the CIB holds twice."""

    told: str
    twice: str = ""


def of_file(path: Path) -> list[Compared]:
    """Compare on one CIB."""
    try:
        base = fitted(path.read_text())
    except QuorateError as error:
        return [Compared(f"{path.name}: {error.message}")]
    if base.findings:
        return []
    return [_named(path.name, line, held_twice(base.cib)) for line in _compared(base.cib, None)]


def of_seed(seed: int) -> list[Compared]:
    """Compare on one synthetic cluster, after each step."""
    return [_named(f"cluster {seed}", line) for line in _compared(synthetic.small(seed), Random(seed))]


def _named(name: str, told: str, twice: str = "") -> Compared:
    if not told:
        return Compared("")
    return Compared(f"{name}: holds {twice} twice: {told}" if twice else f"{name}: {told}", twice)


def held_twice(cib: str) -> str:
    """Return an id that two neighbours of one kind have in the status; "" if all differ."""
    for parent in parse(cib).iterfind("status//*"):
        ids = Counter((child.tag, child.get("id")) for child in parent.iterchildren("*") if child.get("id"))
        for (_, id_), count in ids.items():
            if count > 1:
                return str(id_)
    return ""


def _compared(cib: str, rnd: Random | None) -> Iterator[str]:
    """Yield the difference after each step, "" for none; without chance there is but the first step."""
    opened: list[Scheduler | str] = []
    for made in (CrmSimulate(cib), Worker(cib, compiled().program)):
        try:
            opened.append(made.__enter__())
        except Unknown as error:
            opened.append(error.message)
    try:
        yield from _steps(cib, opened, rnd)
    finally:
        for one in opened:
            if not isinstance(one, str):
                one.__exit__(None, None, None)


def _steps(cib: str, schedulers: Sequence[Scheduler | str], rnd: Random | None) -> Iterator[str]:
    steps: tuple[Step, ...] = (QUIET,)
    for number in range(STEPS if rnd else 1):
        theirs, mine = (_asked(scheduler, steps) for scheduler in schedulers)
        told = difference(theirs, mine)
        yield told and f"after {steps[1:]}: {told}"
        if told or isinstance(theirs, str) or rnd is None or number == STEPS - 1:
            return
        steps = (*steps, synthetic.step(rnd, cib, theirs.placement))


def _asked(scheduler: Scheduler | str, steps: tuple[Step, ...]) -> Settled | str:
    if isinstance(scheduler, str):
        return scheduler
    try:
        return scheduler.settle(steps)
    except Unknown as error:
        return error.message


def difference(theirs: Settled | str, mine: Settled | str) -> str:
    """Say in what two answers differ; "" if in nothing. Two refusals are alike, whatever their words."""
    if isinstance(theirs, str) or isinstance(mine, str):
        alike = isinstance(theirs, str) and isinstance(mine, str)
        return "" if alike else f"crm_simulate: {_words(theirs)}; worker: {_words(mine)}"
    for number, (one, other) in enumerate(zip(theirs.transitions, mine.transitions, strict=False), 1):
        if set(one.actions) != set(other.actions):
            what = sorted(set(one.actions) ^ set(other.actions), key=lambda action: action.id)
            return f"transition {number}: {len(what)} actions differ, the first is {what[0]}"
        if one.done != other.done:
            return f"transition {number}: carried out by one of them alone: {sorted(one.done ^ other.done)}"
    if len(theirs.transitions) != len(mine.transitions):
        return f"{len(theirs.transitions)} transitions, and {len(mine.transitions)}"
    if theirs.placement != mine.placement:
        nodes = set(theirs.placement.nodes.items()) ^ set(mine.placement.nodes.items())
        return f"placement: {sorted(nodes)} {sorted(theirs.placement.instances ^ mine.placement.instances)}"
    return "" if theirs == mine else f"{theirs.quiet} {theirs.digest}, and {mine.quiet} {mine.digest}"


def _words(answer: Settled | str) -> str:
    return answer if isinstance(answer, str) else f"{len(answer.transitions)} transitions"


def _leave_interrupts() -> None:
    """Let the process that was interrupted decide: the others end with what they are at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal's handler
    raise KeyboardInterrupt


def main() -> int:
    """Compare, and say how many were alike."""
    options = argparse.ArgumentParser(description="Compare the worker with crm_simulate.")
    options.add_argument("inputs", nargs="?", type=Path, help="a folder of CIBs; synthetic clusters if there is none")
    options.add_argument("--scenarios", type=int, default=1000)
    chosen = options.parse_args()
    if chosen.inputs is not None and not chosen.inputs.is_dir():
        print(f"there is no folder {chosen.inputs}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    compiled()
    alike = different = unfit = 0
    with ProcessPoolExecutor(os.cpu_count(), initializer=_leave_interrupts) as pool:
        if chosen.inputs is not None:
            found = pool.map(of_file, sorted(chosen.inputs.glob("*.xml")), chunksize=4)
        else:
            found = pool.map(of_seed, range(-(-chosen.scenarios // STEPS)), chunksize=4)
        try:
            for told, twice in chain.from_iterable(found):
                alike += not told
                unfit += bool(twice)
                different += bool(told and not twice)
                if told:
                    print(told, flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            print("ended early", file=sys.stderr)
    apart = f"; {unfit} more differ that hold an id twice" if unfit else ""
    print(f"{alike + different + unfit} inputs, {alike} identical, {different} different{apart}")
    return 1 if different or not alike else 0


if __name__ == "__main__":
    sys.exit(main())
