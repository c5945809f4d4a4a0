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
from quorate.drill.fault import Setting, status
from quorate.drill.faults import faults
from quorate.drill.ground import Ground, Hosts, Kind
from quorate.drill.history import read
from quorate.drill.outcome import Client, Outcome
from quorate.drill.run import Story, drill
from quorate.drill.series import Plan, Run, Series
from quorate.drill.suite import hit, remaining_s, seed_of
from quorate.drill.taken import taken
from quorate.drill.verdict import Verdict
from quorate.drill.writes import Writes
from quorate.errors import QuorateError, UsageError
from quorate.explore import keeping
from quorate.lab.kind import choose
from quorate.report import files, text
from quorate.ui.reach import reach
from quorate.ui.terminal import Progress

EXIT_CODES = MappingProxyType({Verdict.HELD: 0, Verdict.VIOLATED: 1, Verdict.UNKNOWN: 3})
RETURN_S = 300.0


def asked_for(cluster: Cluster, wanted: Sequence[str], *, everything: bool = False) -> tuple[str, ...]:
    """Return the wanted services, or everything that has a client, or the first that has; UsageError where none has."""
    known = askable(cluster)
    names = tuple(dict.fromkeys(wanted)) or tuple(known if everything else known[:1])
    if not names:
        raise UsageError("no service has a port or an address that a client could ask", "add a service with one")
    for name in names:
        probe_of(cluster, name)
    return names


@dataclass(frozen=True, slots=True)
class Aim:
    """What clients ask, and what may be hit. asked: services. hit: the same, or all. node: as victim.py has it."""

    asked: tuple[str, ...]
    hit: tuple[str, ...]
    node: str = ""

    def settings(self, cluster: Cluster, kind: Kind) -> list[Setting]:
        """Return what is known of each service that may be hit."""
        return [Setting(cluster, name, kind) for name in self.hit]


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

    @property
    def kind(self) -> Kind:
        """What the nodes are."""
        return choose(self.cluster).kind if self.in_lab else "hosts"

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
    aim: Aim
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
            for number, fault in list(enumerate(self.plan.faults, 1))[len(self.runs) :]:
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

    def go_on_from(self, before: Series) -> None:
        """Take over the runs of a series that was interrupted; UsageError where it was to be another one than this."""
        if (before.plan.faults, before.plan.seed) != (self.plan.faults, self.plan.seed):
            raise UsageError("the series in that folder is another one", f"go on with it by: {before.plan.repeat}")
        self.runs = list(before.runs)

    async def one(self, number: int, fault: str, there: tuple[Ground, Fleet, Want]) -> Run:
        """Run one drill and write down what came of it."""
        begun = time.monotonic()
        folder = self.folder / self.name_of(number)
        seed = seed_of(self.plan.seed or 0, number)
        repeat = self.place.call(*self.words, "--seed", str(seed), "--only", fault)
        service = hit(self.aim.settings(self.place.cluster, self.place.kind), fault, seed)
        story = Story(service, folder, self.file_text, [repeat], self.aim.asked, self.aim.node)
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
    """Yield a line for each run: the fault, the verdict, how long the client waited, what became of its writes.

    Where clients of several services asked, a line for each of them follows.
    """
    width = max((len(run.outcome.about.fault) for run in runs if run.outcome), default=0)
    for run in runs:
        if run.outcome is None:
            yield f"{run.folder:{width}}  {run.verdict:8}  {run.unjudged}"
            continue
        outcome = run.outcome
        line = f"{outcome.about.fault:{width}}  {run.verdict:8}  {_waited(outcome.client):>12}{_kept(outcome.writes)}"
        line += "  split brain" if outcome.places and outcome.places.twice else ""
        yield f"{line}  foretold otherwise" if outcome.foretold and outcome.foretold.finding else line
        for client in outcome.clients if len(outcome.clients) > 1 else ():
            kept = _kept([client.writes] if client.writes else [])
            yield f"  {client.trace.name:{width - 2}}  {client.verdict:8}  {_waited(client):>12}{kept}"


def _waited(client: Client) -> str:
    outage_s = client.judgement.outage_s
    return "" if not client.is_timed else "not measured" if outage_s is None else f"{outage_s:.2f} s"


def _kept(writes: Sequence[Writes]) -> str:
    acknowledged, lost = sum(one.acknowledged for one in writes), sum(len(one.lost) for one in writes)
    return f"  {acknowledged} acknowledged, {lost} lost" if writes else ""
