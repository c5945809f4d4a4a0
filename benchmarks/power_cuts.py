"""Twenty power cuts in a row of a database on a replicated disk: is every acknowledged row there, after each of them?

    python -m benchmarks power_cuts [RUNS [BLUEPRINT]]

One cluster on kernel nodes, built once. Each run cuts the power of the node that serves while a client commits a
numbered row every 20 ms; every fifth cut comes just when the peer, itself back from a power cut, is still starting its
DRBD, and every fifth while it is to be brought up to date: then one node alone has all data, and it is gone. A lost or
doubled row ends the benchmark. The outage is the time from the last acknowledged COMMIT before the cut to the next.
"""

import asyncio
from itertools import cycle, islice

from benchmarks.database import measured
from benchmarks.figures import Figures

QUESTION = "Is every acknowledged row there after twenty power cuts in a row, and how long was the database away?"

DEFAULT = "mariadb-drbd"
TURNS = ("power-cut", "power-cut", "power-cut-peer-starting", "power-cut", "power-cut-peer-syncing")


def run(runs: int = 20, blueprint: str = DEFAULT) -> Figures:
    """Cut and compare."""
    figures = Figures(QUESTION, "s")
    order = tuple(islice(cycle(TURNS), runs))
    asyncio.run(measured(figures, order, blueprint, "python -m benchmarks power_cuts"))
    return figures
