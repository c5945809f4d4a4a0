"""drilling: several drills one after the other on one cluster, and a table of what became of them."""

import asyncio
import shlex
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import click

from quorate.build import lock
from quorate.build.prepare import prepare
from quorate.build.step import Fleet
from quorate.build.want import Want
from quorate.describe.cluster import Cluster
from quorate.drill import permission
from quorate.drill.clients import askable, probe_of
from quorate.drill.fault import status
from quorate.drill.faults import faults
from quorate.drill.ground import Ground, Hosts
from quorate.drill.history import read
from quorate.drill.outcome import Outcome
from quorate.drill.run import Story, drill
from quorate.drill.series import Plan, Run, Series
from quorate.drill.suite import remaining_s, seed_of
from quorate.drill.taken import taken
from quorate.drill.verdict import Verdict
from quorate.errors import QuorateError, UsageError
from quorate.explore import keeping
from quorate.report import files, text
from quorate.ui.reach import reach
from quorate.ui.terminal import Progress

EXIT_CODES = MappingProxyType({Verdict.HELD: 0, Verdict.VIOLATED: 1, Verdict.UNKNOWN: 3})
RETURN_S = 300.0


def asked_for(cluster: Cluster, wanted: str | None) -> str:
    """Return the wanted service, or the first that has a client; UsageError where a drill has no client for it."""
    name = wanted or next(iter(askable(cluster)), "")
    if not name:
        raise UsageError("no service has a port or an address that a client could ask", "add a service with one")
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
    return_s: float = RETURN_S

    def call(self, *words: str) -> str:
        """Return the command that drills there, with further words."""
        patience = [] if self.in_lab or self.return_s == RETURN_S else ["--return-within", f"{self.return_s:g}"]
        return shlex.join(["quorate", "drill", "--lab" if self.in_lab else "--yes", self.file, *patience, *words])

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[Ground, Fleet, Want]]:
        """Connect to the nodes for the time of the block, and keep every apply and other drill away from them.

        Refused where drills on real hosts are not permitted, Locked where somebody else is at work there.
        """
        if not self.in_lab:
            await self.permitted()
        async with reach(self.cluster, in_lab=self.in_lab) as found:
            fleet = found.everybody()
            witness = found.witness()
            want = await prepare(self.cluster, fleet, found.secret, witness=witness, return_s=self.return_s)
            async with lock.held(fleet, f"drill {self.cluster.name}"):
                yield found.lab or Hosts(self.cluster, fleet, found.secret), fleet, want

    async def permitted(self) -> None:
        """Return where nothing speaks against a drill on these hosts; only asks, also where some do not answer."""
        async with reach(self.cluster, in_lab=False) as found:
            seen = await status(found.fleet)
        attributes = seen.attributes if seen else None
        permission.permit(self.cluster, attributes, agreed=self.agreed, file=self.file)


@dataclass(slots=True)
class Drills:
    """A series that is going on. folder: its own, with one below it for each run.

    words: what every command that repeats a run has besides its seed and its fault. took: (fault, s) of each run done.
    """

    place: Place
    service: str
    plan: Plan
    folder: Path
    file_text: str
    words: Sequence[str] = ()
    runs: list[Run] = field(default_factory=list)
    took: list[tuple[str, float]] = field(default_factory=list)

    async def go(self, *, until_fails: bool) -> Series:
        """Go through the faults of the plan; what came of them is written down after each, however it ends.

        until_fails: the first run that does not hold is the last.
        """
        async with self.place.opened() as there:
            for number, fault in enumerate(self.plan.faults, 1):
                click.echo(f"\n{click.style(self.heading(number), bold=True)}", err=True)
                try:
                    run = await self.one(number, fault, there)
                except (QuorateError, asyncio.CancelledError) as error:
                    why = error.message if isinstance(error, QuorateError) else "interrupted"
                    self.runs.append(Run(self.name_of(number), None, why))
                    self.write(f"{fault}, run {number}: {why}")
                    raise
                if until_fails and run.verdict is not Verdict.HELD:
                    self.write(f"{fault}, run {number}, did not hold" if number < len(self.plan.faults) else "")
                    break
        return Series(self.plan, tuple(self.runs))

    async def one(self, number: int, fault: str, there: tuple[Ground, Fleet, Want]) -> Run:
        """Run one drill and write down what came of it."""
        begun = time.monotonic()
        folder = self.folder / self.name_of(number)
        seed = seed_of(self.plan.seed or 0, number)
        repeat = self.place.call(*self.words, "--seed", str(seed), "--only", fault)
        story = Story(self.service, folder, self.file_text, [repeat])
        outcome = await drill(*there, story, Progress(), fault=faults()[fault], seed=seed)
        page = files.write(folder, outcome)
        click.echo(f"{text.summary(outcome)}\nThe page: {page}", err=True)
        self.keep(folder, outcome)
        self.runs.append(Run(folder.name, outcome))
        self.took.append((fault, time.monotonic() - begun))
        self.write()
        return self.runs[-1]

    def keep(self, folder: Path, outcome: Outcome) -> None:
        """Keep how long things took in this cluster, for `quorate explore`; where that fails it is only said."""
        try:
            keeping.add(self.place.cluster.name, taken(read(folder), outcome), in_lab=self.place.in_lab)
        except UsageError as error:
            click.echo(f"what it took is not kept: {error.message}; {error.hint}", err=True)

    def name_of(self, number: int) -> str:
        """Return the name of a run's folder; by their names they are in order."""
        return f"{number:0{max(2, len(str(len(self.plan.faults))))}}-{self.plan.faults[number - 1]}"

    def heading(self, number: int) -> str:
        """Return which run of how many comes, and about how long they all will still take."""
        left_s = remaining_s(self.took, self.plan.faults[number - 1 :])
        words = f"{number}/{len(self.plan.faults)}  {self.plan.faults[number - 1]}"
        return words if left_s is None else f"{words}  (about {spoken(left_s)} left)"

    def write(self, ended: str = "") -> None:
        """Write what came of the runs so far, and why it ended where it did."""
        self.plan = replace(self.plan, ended=ended)
        self.folder.mkdir(parents=True, exist_ok=True)
        files.write_series(self.folder, Series(self.plan, tuple(self.runs)))


def begun_now() -> str:
    """Return the name of a new series' folder."""
    return datetime.now().strftime("%Y%m%d-%H%M%S")


def spoken(seconds: float) -> str:
    """Return a time as people say it: "40 s", "12 min", "1 h 5 min"."""
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def table(runs: Sequence[Run]) -> Iterator[str]:
    """Yield a line for each run: the fault, the verdict, how long the client waited, what became of its writes."""
    width = max((len(run.outcome.about.fault) for run in runs if run.outcome), default=0)
    for run in runs:
        if run.outcome is None:
            yield f"{run.folder:{width}}  {run.verdict:8}  {run.unjudged}"
            continue
        outage_s, writes = run.outcome.client.judgement.outage_s, run.outcome.client.writes
        waited = "not measured" if outage_s is None else f"{outage_s:.2f} s"
        line = f"{run.outcome.about.fault:{width}}  {run.verdict:8}  {waited:>12}"
        line += f"  {writes.acknowledged} acknowledged, {len(writes.lost)} lost" if writes else ""
        line += "  split brain" if run.outcome.places and run.outcome.places.twice else ""
        yield f"{line}  foretold otherwise" if run.outcome.foretold and run.outcome.foretold.finding else line
