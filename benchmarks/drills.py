"""One drill after the other on one cluster: what clients see of each fault, and whether all is kept.

    python -m benchmarks drills [RUNS [BLUEPRINT [random|repeat]]]

`quorate drill --seed 2026` on a lab's cluster, from the command line, with so many faults drawn by chance (random), or
with every fault that fits so many times (repeat). The figures are read from what it wrote (suite.json). Every drill
begins on what the one before has left, so that a hundred of them are a long day.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures
from benchmarks.nodes import blueprint as web
from quorate.catalog.blueprints import blueprints

QUESTION = "What do clients see of one fault after the other, and is all kept that was acknowledged?"

SEED = 2026
DEFAULT = "mariadb-shared-directory"
QUORATE = Path(sys.executable).with_name("quorate")


def quorate(*words: str) -> int:
    """Call quorate, its output on this terminal; return its exit code."""
    told = {**os.environ, "IPMI_PASSWORD": "benchmark"}
    return subprocess.run([str(QUORATE), *words], check=False, env=told).returncode


def drilled(file: Path, runs: int, folder: Path, how: str) -> Path:
    """Build the cluster in the lab, drill, take it down; return the folder of the series."""
    try:
        assert quorate("lab", "up", str(file)) == 0
        assert quorate("apply", "--lab", "--yes", str(file)) == 0
        quorate("drill", "--lab", str(file), f"--{how}", str(runs), "--seed", str(SEED), "-o", str(folder))
    finally:
        quorate("lab", "down", str(file))
    (series,) = folder.iterdir()
    return series


def keep(figures: Figures, series: Path) -> None:
    """Keep the outage of every run by its fault, what was written, and what did not hold, with the reason."""
    suite: dict[str, Any] = json.loads((series / "suite.json").read_text())
    runs = suite["runs"]
    for run in sorted(runs, key=lambda run: run.get("fault", "")):
        if run.get("outage_s") is not None:
            figures.add(run["fault"], run["outage_s"])
    first = json.loads((series / runs[0]["folder"] / "run.json").read_text())
    figures.versions = first["about"]["versions"]
    counts = Counter(run["verdict"] for run in runs)
    figures.notes.append(
        f"{len(runs)} of {len(suite['planned'])} drills, seed {suite['seed']}: "
        + ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    )
    written = [run for run in runs if run.get("acknowledged") is not None]
    if written:
        acknowledged, lost = (sum(run[key] for run in written) for key in ("acknowledged", "lost"))
        figures.notes.append(f"{acknowledged} rows acknowledged, {lost} lost")
    figures.notes += [
        f"{run['folder']}: {run['verdict']}: {run.get('reason') or run.get('unjudged')}"
        for run in runs
        if run["verdict"] != "held"
    ]


def run(runs: int, blueprint: str = DEFAULT, how: str = "random") -> Figures:
    """Drill so many times."""
    figures, name = Figures(QUESTION, "s"), "bench-drills"
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "cluster.yaml"
        file.write_text(web(name) if blueprint == "web" else blueprints()[blueprint].called(name))
        keep(figures, drilled(file, runs, Path(place) / "drills", how))
    return figures
