"""A database's outage as its writing clients see it: power cut, kill of the server, standby, in turns on one cluster.

    python -m benchmarks database [RUNS [BLUEPRINT]]

One client commits a numbered row every 20 ms through the floating address; the outage is the time from the last
acknowledged COMMIT to the next. Each run is a drill of quorate's own, judged from its record; every acknowledged row
must be there afterwards, or there is no figure. What a fault does may depend on where in the monitors' interval it
falls, and drills follow each other in step with them: so each begins by another part of the interval later. The cluster
stands in a lab with the kind of nodes that its file needs.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.nodes import versions
from benchmarks.outage import stand
from quorate.catalog.blueprints import blueprints
from quorate.drill.faults import faults
from quorate.drill.outcome import Outcome
from quorate.drill.run import Story, drill
from quorate.drill.verdict import Verdict

QUESTION = "How long can a database's clients not write after a power cut, a kill of the server, on standby?"

DEFAULT = "mariadb-shared-directory"
ORDER = ("power-cut", "kill-server", "standby")


def keep(figures: Figures, fault: str, outcome: Outcome) -> None:
    """Keep one drill's outage; what it rests on must be sound."""
    client = outcome.client
    assert client.writes is not None
    assert client.writes.verdict is Verdict.HELD, f"{fault}: {client.writes.reason}"
    assert client.judgement.verdict is not Verdict.UNKNOWN, f"{fault}: {client.judgement.reason}"
    assert client.judgement.outage_s is not None
    figures.add(fault, client.judgement.outage_s)


async def measured(figures: Figures, order: Sequence[str], blueprint: str, repeat: str) -> None:
    """Build the cluster once and have these faults one after the other. repeat: the command of the benchmark."""
    text = blueprints()[blueprint].called("bench-database")
    promised = unknown = 0
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        one = await stand(stack, text)
        figures.versions = dict(await versions(next(iter(one.fleet.values()))))
        service = next(iter(one.want.cluster.services))
        interval_s = getattr(one.want.cluster.services[service], "monitor", 0.0)
        for number, fault in enumerate(order):
            await asyncio.sleep(interval_s * number / len(order))
            story = Story(service, folder / str(number), text, [repeat])
            outcome = await drill(one.lab, one.fleet, one.want, story, lambda _: None, fault=faults()[fault])
            keep(figures, fault, outcome)
            assert outcome.client.writes is not None
            promised += outcome.client.writes.acknowledged
            unknown += outcome.client.writes.unknown
        figures.notes.append(f"{blueprint}, {one.lab.kind} nodes; {len(order)} faults in a row on one cluster")
        figures.notes.append(
            f"{promised} acknowledged rows, none lost, none twice; {unknown} COMMITs were not answered"
        )


def run(runs: int, blueprint: str = DEFAULT) -> Figures:
    """Measure the three faults."""
    figures = Figures(QUESTION, "s")
    asyncio.run(measured(figures, ORDER * runs, blueprint, "python -m benchmarks database"))
    return figures
