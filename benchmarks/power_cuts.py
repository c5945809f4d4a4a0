"""Twenty power cuts in a row of a database on a replicated disk: is every acknowledged row there, after each of them?

    python -m benchmarks power_cuts [RUNS [BLUEPRINT]]

One cluster on kernel nodes, built once. Each run cuts the power of the node that serves while a client commits a
numbered row every 20 ms; every fifth cut comes just when the peer, itself back from a power cut, is still starting its
DRBD, and every fifth while it is being brought up to date: then one node alone has all data, and it is gone. A lost or
doubled row ends the benchmark. The outage is the time from the last acknowledged COMMIT before the cut to the next.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.database import keep
from benchmarks.figures import Figures
from benchmarks.nodes import versions
from benchmarks.outage import stand
from quorate.catalog.blueprints import blueprints
from quorate.drill.faults import faults
from quorate.drill.run import Story, drill

QUESTION = "Is every acknowledged row there after twenty power cuts in a row, and how long was the database away?"

DEFAULT = "mariadb-drbd"
PLAIN, STARTING, SYNCING = "power-cut", "power-cut-peer-starting", "power-cut-peer-syncing"
TURNS = (PLAIN, PLAIN, STARTING, PLAIN, SYNCING)


async def measured(figures: Figures, runs: int, blueprint: str) -> None:
    """Build the cluster once and cut its power again and again."""
    text = blueprints()[blueprint].called("bench-cuts")
    promised = unknown = 0
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        one = await stand(stack, text)
        figures.versions = dict(await versions(next(iter(one.fleet.values()))))
        service = next(iter(one.want.cluster.services))
        for turn in range(runs):
            fault = TURNS[turn % len(TURNS)]
            story = Story(service, folder / str(turn), text, ["python -m benchmarks power_cuts"])
            outcome = await drill(one.lab, one.fleet, one.want, story, lambda _: None, fault=faults()[fault])
            keep(figures, fault, outcome)
            writes = outcome.client.writes
            assert writes is not None
            promised += writes.acknowledged
            unknown += writes.unknown
            figures.notes = [
                f"{blueprint}, {one.lab.kind} nodes; {turn + 1} cuts in a row on one cluster",
                f"{promised} acknowledged rows, none lost, none twice; {unknown} COMMITs were not answered",
            ]


def run(runs: int = 20, blueprint: str = DEFAULT) -> Figures:
    """Cut and compare."""
    figures = Figures(QUESTION, "s")
    asyncio.run(measured(figures, runs, blueprint))
    return figures
