"""drilling: several drills one after the other on one cluster, and a table of what became of them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import click

from quorate.build.prepare import prepare
from quorate.build.step import Fleet
from quorate.build.want import Want
from quorate.describe.cluster import Cluster
from quorate.drill import permission
from quorate.drill.fault import status
from quorate.drill.faults import faults
from quorate.drill.ground import Ground, Hosts
from quorate.drill.outcome import Outcome
from quorate.drill.run import PROBES, Story, askable, drill, probe_of
from quorate.drill.verdict import Verdict
from quorate.errors import UsageError
from quorate.report import files, junit, text
from quorate.ui.reach import reach
from quorate.ui.terminal import Progress

EXIT_CODES = MappingProxyType({Verdict.HELD: 0, Verdict.VIOLATED: 1, Verdict.UNKNOWN: 3})


def asked_for(cluster: Cluster, wanted: str | None) -> str:
    """Return the wanted service, or the first that has a client; UsageError where a drill has no client for it."""
    name = wanted or next(iter(askable(cluster)), "")
    if not name:
        raise UsageError("no service has a client that a drill can use", f"there are clients for {', '.join(PROBES)}")
    probe_of(cluster, name)
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where drills are to happen, by the command line. agreed, return_s: for real hosts; in the lab they say nothing.

    return_s: how long a node may take to come back.
    """

    cluster: Cluster
    file: str
    in_lab: bool
    agreed: bool = False
    return_s: float = 300.0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[Ground, Fleet, Want]]:
        """Connect to the nodes for the time of the block; Refused where drills on real hosts are not permitted."""
        if not self.in_lab:
            await self.permitted()
        async with reach(self.cluster, in_lab=self.in_lab) as found:
            fleet = found.everybody()
            witness = found.witness()
            want = await prepare(self.cluster, fleet, found.secret, witness=witness, return_s=self.return_s)
            yield found.lab or Hosts(self.cluster, fleet, found.secret), fleet, want

    async def permitted(self) -> None:
        """Return where nothing speaks against a drill on these hosts; only asks, also where some do not answer."""
        async with reach(self.cluster, in_lab=False) as found:
            seen = await status(found.fleet)
        attributes = seen.attributes if seen else None
        permission.permit(self.cluster, attributes, agreed=self.agreed, file=self.file)


async def drilled(place: Place, order: Sequence[str], story: Story, *, until_fails: bool) -> list[Outcome]:
    """Go through the faults in this order, each in a folder of its own below the story's; return what came of them.

    until_fails: the first run that does not hold is the last.
    """
    outcomes: list[Outcome] = []
    begun = datetime.now().strftime("%Y%m%d-%H%M%S")
    async with place.opened() as (ground, fleet, want):
        for number, fault in enumerate(order, 1):
            click.echo(f"\n{click.style(f'{number}/{len(order)}  {fault}', bold=True)}", err=True)
            folder = story.folder / begun / f"{number:02}-{fault}"
            own = replace(story, folder=folder, repeat=[f"{words} {fault}" for words in story.repeat])
            outcome = await drill(ground, fleet, want, own, Progress(), fault=faults()[fault])
            page = files.write(folder, outcome)
            click.echo(f"{text.summary(outcome)}\nThe page: {page}", err=True)
            outcomes.append(outcome)
            (story.folder / begun / "junit.xml").write_bytes(junit.xml(outcomes))
            if until_fails and outcome.verdict is not Verdict.HELD:
                break
    return outcomes


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a line for each run: the fault, the verdict, how long the client waited, what became of its writes."""
    width = max(len(outcome.about.fault) for outcome in outcomes)
    for outcome in outcomes:
        outage_s, writes = outcome.client.judgement.outage_s, outcome.client.writes
        waited = "not measured" if outage_s is None else f"{outage_s:.2f} s"
        line = f"{outcome.about.fault:{width}}  {outcome.verdict:8}  {waited:>12}"
        yield f"{line}  {writes.acknowledged} acknowledged, {len(writes.lost)} lost" if writes else line
