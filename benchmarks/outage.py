"""The web outage after a power cut: the blueprint's timings against the guides' (guide.yaml), cut in turns.

Both clusters stand side by side on this machine, each with three nodes and a client of its own asking every 20 ms; the
power of the node that serves is cut in one, then in the other. Each cut is a drill of quorate's own, judged from its
record, and waits until the fenced node is back. The phases come from the survivors' journals.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figures, Ratio
from benchmarks.nodes import blueprint, booted, cluster_of, versions
from quorate.build.apply import apply
from quorate.build.prepare import prepare
from quorate.build.want import Want
from quorate.drill.outcome import Outcome
from quorate.drill.phases import Step
from quorate.drill.run import Story, drill
from quorate.drill.verdict import Verdict
from quorate.lab.lab import Lab
from quorate.machines.ssh import SshHost
from quorate.observe.facts import cluster_status
from quorate.observe.gathering import gather
from quorate.ui.reach import reach

QUESTION = "How long is a web service away after a power cut, with our timings and with the guides'?"


@dataclass(frozen=True)
class Standing:
    """A cluster that stands: its file, lab, nodes and what is wanted of it."""

    text: str
    lab: Lab
    fleet: Mapping[str, SshHost]
    want: Want


async def stand(stack: AsyncExitStack, text: str) -> Standing:
    """Boot and build a cluster that stays until the stack ends."""
    cluster = cluster_of(text)
    lab = await stack.enter_async_context(booted(Lab(cluster)))
    found = await stack.enter_async_context(reach(cluster, in_lab=True))
    want = await prepare(cluster, found.everybody(), found.secret)
    await apply(found.everybody(), want, lambda _: None, lambda _: None)
    return Standing(text, lab, found.everybody(), want)


def keep(figures: Figures, name: str, outcome: Outcome) -> None:
    """Keep one drill: the outage, and when each phase was reached after the cut (the last start, where several are)."""
    outage_s = outcome.client.judgement.outage_s
    assert outcome.verdict is not Verdict.UNKNOWN, f"{name}: {outcome.client.judgement.reason}"
    assert outage_s is not None
    figures.add(name, outage_s)
    for step in (step for step in Step if step is not Step.NOTICED):
        reached = [one.at_s for one in outcome.phases.milestones if one.step is step]
        assert reached, f"{name}: no sign of '{step}' in the journals"
        figures.add(f"{name}: {step}, after the cut", max(reached))


async def measured(figures: Figures, runs: int) -> None:
    """Build both clusters, cut power in turns."""
    texts = {"quorate's blueprint": blueprint("bench-ours"), "the guides' timings": guide()}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        standing = {name: await stand(stack, text) for name, text in texts.items()}
        figures.versions = dict(await versions(next(iter(standing["the guides' timings"].fleet.values()))))
        verdicts, dcs = dict.fromkeys(standing, 0), dict.fromkeys(standing, 0)
        for turn in range(runs):
            for name, one in standing.items():
                story = Story("site", folder / f"{one.lab.name}-{turn}", one.text, ["python -m benchmarks outage"])
                status = await gather(next(iter(one.fleet.values())), cluster_status)
                outcome = await drill(one.lab, one.fleet, one.want, story, lambda _: None)
                keep(figures, name, outcome)
                verdicts[name] += outcome.verdict is Verdict.HELD
                dcs[name] += outcome.about.node == status.dc
        for name, one in standing.items():
            corosync, target_s = one.want.cluster.corosync, one.want.cluster.targets.outage_s
            figures.notes.append(
                f"{name}: token in effect {corosync.effective_token_ms} ms, consensus {corosync.consensus_ms} ms; "
                f"its target of {target_s} s held in {verdicts[name]} of {runs} runs; "
                f"the node that was cut was the DC, too, in {dcs[name]} of them"
            )


def guide() -> str:
    """Return the cluster file with the guides' timings."""
    return (Path(__file__).parent / "guide.yaml").read_text()


def run(runs: int) -> Figures:
    """Cut the power in turns."""
    figures = Figures(QUESTION, "s")
    asyncio.run(measured(figures, runs))
    figures.ratios = [Ratio("quorate's blueprint", "the guides' timings", 0.4)]
    return figures
