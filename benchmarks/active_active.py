"""Active/active services: what the clients of each see of one fault after the other, and whether all is kept.

    python -m benchmarks active_active [RUNS [FILE]]

Clients of all services ask at once (`quorate drill --all-services`): each fault so many times, a killed server of every
service in turn, a power cut of the node with the address and of the one that is the database's writer. A sample is
what the clients of one service waited. The figures are read from what drills wrote (suite.json).
FILE: a cluster file that names neither a lab's cluster nor its network as any other; left out, the blueprint.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.drills import quorate
from benchmarks.figures import Figures, Limit
from quorate.catalog.blueprints import blueprints
from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.drill.clients import askable

QUESTION = "What do clients of a database, a broker, an identity and an image service see of each fault, all at once?"

BLUEPRINT = "openstack-core"
SEED = 2026
MOST_S = {"killed": 2.0, "power cut": 6.0, "reboot": 1.0, "rolling restart": 1.0}
"""The most that the median may be, by the words that a sample's name begins with."""


def series(cluster: Cluster) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what is drilled: the words for it, and the options."""
    for name in askable(cluster):
        yield f"killed: {name}", ("--only", "kill-server", "--hit", name)
    for node in ("holder", "writer"):
        yield f"power cut of the {node}", ("--only", "power-cut", "--node", node)
    yield "partition", ("--only", "partition", "--node", "holder")
    yield "reboot", ("--only", "reboot", "--node", "holder")
    yield "rolling restart", ("--only", "rolling-restart", "--node", "holder")


def keep(figures: Figures, words: str, folder: Path) -> None:
    """Keep what each client waited, what was written, and what did not hold, with the reason."""
    suite: dict[str, Any] = json.loads((folder / "suite.json").read_text())
    written: Counter[str] = Counter()
    for run in suite["runs"]:
        for client in run.get("clients", ()):
            if client["is_timed"] and client["outage_s"] is not None:
                figures.add(f"{words}: clients of {client['service']}", client["outage_s"])
            written["acknowledged"] += client["acknowledged"] or 0
            written["lost"] += client["lost"] or 0
        if run["verdict"] != "held":
            figures.notes.append(f"{words}, {run['folder']}: {run.get('reason') or run.get('unjudged')}")
        elif not figures.versions:
            figures.versions = json.loads((folder / run["folder"] / "run.json").read_text())["about"]["versions"]
    figures.notes.append(f"{words}: {written['acknowledged']} writes acknowledged, {written['lost']} lost")


def limits(samples: Sequence[str]) -> Iterator[Limit]:
    """Yield the targets."""
    for name in samples:
        yield from (Limit(name, most_s) for words, most_s in MOST_S.items() if name.startswith(words))


def run(runs: int, file: str = "") -> Figures:
    """Build the cluster, drill it, take it down."""
    figures = Figures(QUESTION, "s")
    with tempfile.TemporaryDirectory() as place:
        own = Path(place) / "cluster.yaml"
        own.write_text(Path(file).read_text() if file else blueprints()[BLUEPRINT].called("bench-active"))
        cluster = load(own.read_text(), str(own), kinds()).cluster
        assert cluster is not None
        try:
            assert quorate("lab", "up", str(own)) == 0
            assert quorate("apply", "--lab", "--yes", str(own)) == 0
            for number, (words, options) in enumerate(series(cluster)):
                folder = Path(place) / f"{number:02}"
                told = ("--all-services", "--repeat", str(runs), "--seed", str(SEED), "-o", str(folder))
                quorate("drill", "--lab", str(own), *told, *options)
                for found in folder.iterdir() if folder.is_dir() else ():
                    keep(figures, words, found)
        finally:
            quorate("lab", "down", str(own))
    figures.limits += limits(list(figures.samples))
    return figures
