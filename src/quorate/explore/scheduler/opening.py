"""Opening a scheduler: the worker where it can be had and says what crm_simulate says, else crm_simulate.

In: a base CIB, this machine. Out: a Scheduler that is not entered yet, and why it is not the worker, if it is not.
The self-test is done once for each worker, library and crm_simulate there are, and its outcome kept beside the worker.
"""

import json
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from quorate.errors import QuorateError
from quorate.explore.scheduler.compiling import Compiled, compiled, digest_of
from quorate.explore.scheduler.protocol import Scheduler
from quorate.explore.scheduler.selftest import CIB, QUESTIONS, difference
from quorate.explore.scheduler.simulate import CrmSimulate, program
from quorate.explore.scheduler.worker import Worker

KEPT_MAX = 8
"""States that are kept: who explores goes on from the cluster at rest, and from one first failure at a time."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the scheduler is asked here. program: the worker, None: crm_simulate's command line, and why."""

    program: Path | None
    why: str = ""


def open_scheduler(cib: str) -> Scheduler:
    """Return the fastest scheduler there is here, not entered yet; Missing where there is none.

    It may be called in several processes: each has a worker of its own.
    """
    way = find_way()
    if way.program is None:
        return CrmSimulate(cib, kept_max=KEPT_MAX)
    return Worker(cib, way.program, kept_max=KEPT_MAX)


@cache
def find_way() -> Way:
    """Return how the scheduler is asked here, once a process; Missing without crm_simulate.

    The first call on a machine compiles the worker (1 s) and tests it (3 s).
    """
    program()
    try:
        made = compiled()
        told = _tested(made)
    except QuorateError as error:
        return Way(None, f"crm_simulate is asked call by call, which takes longer: {error.message}")
    if told:
        return Way(None, f"the worker is not used, for {told}")
    return Way(made.program)


def _tested(made: Compiled) -> str:
    """Return what the self-test said, doing it if it was not done with these very programs."""
    parts = [Path(name).read_bytes() for name in (str(made.program), *map(str, made.libraries), program(), str(CIB))]
    kept = made.program.with_name(f"{made.program.name}.tested-{digest_of(*parts, repr(QUESTIONS).encode())}")
    with suppress(OSError, ValueError):
        told = json.loads(kept.read_text())
        if isinstance(told, str):
            return told
    told = _test(made.program)
    with tempfile.NamedTemporaryFile("w", dir=kept.parent, prefix="testing-", delete=False) as file:
        file.write(json.dumps(told))
    Path(file.name).replace(kept)
    return told


def _test(worker: Path) -> str:
    cib = CIB.read_text()
    with Worker(cib, worker, timeout_s=60) as fast, CrmSimulate(cib) as slow:
        told = difference(fast, slow)
        return told or "; ".join(fast.remarks)
