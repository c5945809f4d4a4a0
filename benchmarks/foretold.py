"""What explore had predicted for every drill, against what its clients saw: length of the outage, and end state.

    python -m benchmarks foretold [RUNS [web|BLUEPRINT [FOLDER [anew]]]]

Every fault that fits is drilled so many times on a lab's cluster, from the command line, and each drill writes down its
prediction before the fault. With a FOLDER (its name has a slash) the records are kept there; where it holds a series
already, that one is read and nothing is drilled, so that one run of the lab serves several questions.

With `anew` explore is asked again about the CIB that each drill has kept from before its fault: what today's explore
would have foretold. What it knows of durations then is what quorate ships, and nothing of that cluster.

The relative error is that of every drill in which explore foretold an interruption or clients noticed one, whatever the
prediction rests on and however much chance is in it. What explore does not cover is counted, and has no error.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.drills import drilled
from benchmarks.figures import Figures, Limit, median
from benchmarks.nodes import blueprint as web
from benchmarks.nodes import cluster_of
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.blueprints import blueprints
from quorate.catalog.platforms import platform_for
from quorate.drill.fault import Setting
from quorate.drill.faults import faults
from quorate.drill.foretold import Agreement, Foretold
from quorate.drill.history import read
from quorate.drill.meaning import Faced, Uncovered
from quorate.drill.outcome import Outcome, judge_run
from quorate.drill.predicting import asked
from quorate.drill.prediction import Prediction
from quorate.drill.record import About
from quorate.errors import UsageError
from quorate.explore.of_cluster import of_cluster

QUESTION = "How far off are explore's predictions, over every drill?"

ERROR, WRONG, OFF = "relative error of the length", "end states foretold wrongly", "lengths off by more than the margin"
ERROR_CALM, ERROR_BUSY = f"{ERROR}, Pacemaker not held back by load", f"{ERROR}, held back by load"
ERROR_MAX = 0.2
NETWORKS = (("10.20.", "10.62."), ("172.20.0.", "172.20.62."))
"""Those of the examples, and those that this benchmark's lab has instead."""


def outcomes(series: Path, *, anew: bool = False) -> Iterator[Outcome]:
    """Yield the drills of a series, judged anew; one that cannot be judged is left out."""
    for folder in sorted(path.parent for path in series.glob("*/about.json")):
        try:
            recording = read(folder)
            foretold = again(recording.about, folder) if anew else None
            predictions = {recording.about.service: foretold} if foretold else {}
            yield judge_run(replace(recording, predictions=predictions) if anew else recording)
        except UsageError as error:
            print(f"{folder.name}: {error.message}")


def again(about: About, folder: Path) -> Prediction | None:
    """Ask explore about the CIB that a drill has kept; None where it has kept none, as where it is not covered."""
    file, fault, cluster = folder / "cib.xml", faults()[about.fault], cluster_of(about.cluster_file)
    if isinstance(fault.meaning, Uncovered) or not file.exists():
        return read(folder).prediction
    platform = platform_for(("debian",))
    assert platform is not None
    setting = Setting(cluster, about.service, "kernel" if "kernel" in about.place else "container")
    chosen = fault.choose(setting, about.node, Random(about.seed))
    subject = of_cluster(cluster, AgentLibrary.shipped(), platform, file.read_text())
    meaning = fault.meaning(Faced(subject, about.service, about.node, chosen))
    return asked(meaning.subject or subject, meaning, about.service, {})


def keep(figures: Figures, found: Sequence[Outcome]) -> None:
    """Keep what was foretold and measured, by fault, and what came of it."""
    counts: Counter[str] = Counter()
    for outcome in sorted(found, key=lambda one: one.about.fault):
        foretold = outcome.foretold
        if foretold is None:
            counts["without a prediction"] += 1
            continue
        counts[foretold.agreement] += 1
        keep_one(figures, outcome, foretold)
    compared = sum(counts[one] for one in (Agreement.AGREED, Agreement.LENGTH, Agreement.STATE))
    figures.samples[WRONG], figures.samples[OFF] = [counts[Agreement.STATE]], [counts[Agreement.LENGTH]]
    figures.limits = [Limit(WRONG, 0)]
    if ERROR in figures.samples:
        figures.limits.append(Limit(ERROR, ERROR_MAX))
    told = ", ".join(f"{number} {words}" for words, number in sorted(counts.items()))
    figures.notes.insert(0, f"{len(found)} drills, {compared} of them compared: {told}")


def keep_one(figures: Figures, outcome: Outcome, foretold: Foretold) -> None:
    """Keep one drill."""
    fault = outcome.about.fault
    if foretold.error is not None:
        figures.add(ERROR, foretold.error)
        figures.add(ERROR_BUSY if foretold.is_busy else ERROR_CALM, foretold.error)
        assert foretold.measured_s is not None
        figures.add(f"{fault}: foretold, s", foretold.predicted_s or 0.0)
        figures.add(f"{fault}: measured, s", foretold.measured_s)
    impact = foretold.prediction.impact
    basis = f" ({impact.interruption.basis})" if impact and impact.interruption else ""
    figures.notes.append(f"{fault}: {foretold.agreement}{basis}. {foretold.reason}")


def series_in(folder: Path) -> list[Path]:
    """Return the folders of the series that are in a folder."""
    return sorted(path.parent for path in folder.glob("**/suite.json"))


def run(runs: int, blueprint: str = "web", folder: str = "", how: str = "") -> Figures:
    """Drill, or read what was drilled."""
    figures = Figures(QUESTION, "")
    with tempfile.TemporaryDirectory() as place:
        records = Path(folder or place) / "drills"
        series = series_in(records.parent if folder else records)
        if not series:
            name = "bench-foretold"
            text = web(name) if blueprint == "web" else blueprints()[blueprint].called(name)
            for theirs, ours in NETWORKS:
                text = text.replace(theirs, ours)
            file = Path(place) / "cluster.yaml"
            file.write_text(text)
            series = [drilled(file, runs, records, "repeat")]
        found = [outcome for one in series for outcome in outcomes(one, anew=how == "anew")]
    figures.versions = dict(found[0].about.versions)
    keep(figures, found)
    if ERROR in figures.samples:
        figures.notes.append(
            f"median relative error {median(figures.samples[ERROR]):.1%}, n={len(figures.samples[ERROR])}"
        )
    return figures
