"""The outage that a database's clients see, for every fault: the blueprint's timings against the guides', in turns.

    python -m benchmarks every_fault [RUNS [FAULT,FAULT...]]

Two clusters of three container nodes stand side by side, both `mariadb-shared-directory`; the second one has the
timings that guides for high availability print (guide.yaml: a token of 5 s with 10 retransmits, a monitor every 30 s,
2 s for the power to go) and is the same otherwise. It still is told at once of a server that ended, as no guide's is:
what a killed server costs there is our design's, not the guides'. Each fault is a drill of quorate's own, judged from
its record: one client commits a numbered row every 20 ms. The faults are those that fit, as in `quorate drill FILE`, so
that a new one comes in by itself. A drill that could not be judged, or lost a row, gives a note and no figure.
"""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from benchmarks.figures import Figures, Ratio
from benchmarks.nodes import versions
from benchmarks.outage import Standing, stand
from quorate.catalog.blueprints import blueprints
from quorate.drill.fault import Setting, must_boot
from quorate.drill.faults import faults
from quorate.drill.outcome import Outcome
from quorate.drill.run import Story, drill
from quorate.drill.suite import chosen
from quorate.drill.verdict import Verdict
from quorate.errors import QuorateError

QUESTION = "How long can a database's clients not write, for every fault: with our timings and with the guides'?"

BLUEPRINT = "mariadb-shared-directory"
SERVICE = "database"
OURS, GUIDE = "quorate", "the guides' timings"
REPEAT = ["python -m benchmarks every_fault"]
# The blueprint's words for its timings, and the guides'.
TIMINGS = (
    ("corosync: {token: 1s, token_coefficient: 300ms}", "corosync: {token: 5s, token_retransmits: 10}"),
    ("power_wait: 0s", "power_wait: 2s"),
    ("monitor: 3s ", "monitor: 30s "),
)


def guided(text: str) -> str:
    """Return the cluster file with the guides' timings. Pure; AssertionError where the blueprint has other words."""
    for ours, theirs in TIMINGS:
        assert text.count(ours) == 1, ours
        text = text.replace(ours, theirs)
    return text


def fitting(one: Standing, names: Sequence[str]) -> list[str]:
    """Return the faults to go through; those after which nobody can serve before nodes have booted are left out."""
    setting = Setting(one.want.cluster, SERVICE, one.lab.kind)
    victim = one.want.cluster.nodes[0].name

    def boots(name: str) -> bool:
        fault = faults()[name]
        return must_boot(fault, setting, victim, fault.choose(setting, victim, Random(0)))

    return [name for name in chosen([setting], names) if not boots(name)]


def keep(figures: Figures, fault: str, name: str, outcome: Outcome) -> None:
    """Keep one drill's outage, or say why there is none."""
    client = outcome.client
    writes = client.writes
    assert writes is not None
    if writes.verdict is not Verdict.HELD:
        figures.notes.append(f"{fault}, {name}: no figure, {writes.reason}")
    elif client.judgement.verdict is Verdict.UNKNOWN or client.judgement.outage_s is None:
        figures.notes.append(f"{fault}, {name}: no figure, {client.judgement.reason}")
    else:
        figures.add(f"{fault}, {name}", client.judgement.outage_s)
        print(f"{fault}, {name}: {client.judgement.outage_s:.2f} s", flush=True)  # all of them take an hour


async def broken(figures: Figures, one: Standing, fault: str, name: str, folder: Path) -> None:
    """Have one drill on one of the clusters."""
    story = Story(SERVICE, folder, one.text, REPEAT)
    try:
        outcome = await drill(one.lab, one.fleet, one.want, story, lambda _: None, fault=faults()[fault])
    except QuorateError as error:
        figures.notes.append(f"{fault}, {name}: no figure, {error.message}")
        print(figures.notes[-1], flush=True)
    else:
        keep(figures, fault, name, outcome)


async def measured(figures: Figures, runs: int, names: Sequence[str]) -> None:
    """Build both clusters; each fault in turns, each turn in another part of the monitors' interval."""
    text = blueprints()[BLUEPRINT]
    texts: Mapping[str, str] = {OURS: text.called("bench-ours"), GUIDE: guided(text.called("bench-guide"))}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        standing = {name: await stand(stack, one) for name, one in texts.items()}
        figures.versions = dict(await versions(next(iter(standing[OURS].fleet.values()))))
        for fault in fitting(standing[OURS], names):
            for turn in range(runs):
                for name, one in standing.items():
                    interval_s = getattr(one.want.cluster.services[SERVICE], "monitor", 0.0)
                    await asyncio.sleep(interval_s * turn / runs)
                    await broken(figures, one, fault, name, folder / f"{fault}-{turn}-{one.lab.name}")


def run(runs: int = 3, faults_wanted: str = "") -> Figures:
    """Break both clusters in turns."""
    figures = Figures(QUESTION, "s")
    asyncio.run(measured(figures, runs, [one for one in faults_wanted.split(",") if one]))
    measured_both = [name.removesuffix(f", {OURS}") for name in figures.samples if name.endswith(f", {OURS}")]
    figures.ratios = [
        Ratio(f"{fault}, {OURS}", f"{fault}, {GUIDE}")
        for fault in measured_both
        if any(figures.samples.get(f"{fault}, {GUIDE}", ()))
    ]
    return figures
