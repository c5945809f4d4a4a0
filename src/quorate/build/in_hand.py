"""in_hand: the change that is being made: its record on every node, and the way back while there is one.

begin       reads the history; a change that was begun and never ended (whoever made it was killed) is gone on with:
            its way back is taken over as long as the configuration is still one that it wrote
at          keeps in the record which stage begins; before the CIB is written, keeps what it was, and asks the
            scheduler once more
settle      waits for a stage's state; for services no longer than until something goes wrong, and keeps in the record
            that they run: from then on the change stays
to_the_end  does the work; where it fails takes it back, if there is a way; keeps in the record how it ended
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from quorate.build import baseline, history, returning
from quorate.build.actions import run_everywhere
from quorate.build.change import Change
from quorate.build.consequences import Consequences
from quorate.build.foreseeing import ask
from quorate.build.foretelling import Course
from quorate.build.history import Origin, Recording
from quorate.build.keeping import files_before
from quorate.build.kept import Kept
from quorate.build.making_way import making_way
from quorate.build.plan import Plan
from quorate.build.putting_back import Files
from quorate.build.restoring import configuration_of
from quorate.build.returning import WayBack
from quorate.build.stages import CONFIGURATION, NEWCOMERS, SERVICES, Stage
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import cib as cib_step
from quorate.build.steps import corosync_conf, running
from quorate.build.surprise import waiting, worse
from quorate.build.want import Want
from quorate.errors import QuorateError, Refused, Returned
from quorate.observe.facts import cib
from quorate.observe.facts.change_records import ChangeRecord
from quorate.observe.facts.cib import parse_xml
from quorate.observe.gathering import gather

T = TypeVar("T")


class InHand:
    """A change in hand. recording: None where there is nothing to record."""

    def __init__(self, fleet: Fleet, want: Want, note: Note, recording: Recording | None, kept: Kept) -> None:
        self.fleet = fleet
        self.want = want
        self.note = note
        self.recording = recording
        self.kept = kept
        self.told: Consequences | None = None  # what whoever agreed was told
        self.stage = ""
        self.complete = False  # whether what is new can run by now: all nodes have joined

    @property
    def id(self) -> str:
        """The id of the change's record, "" for none."""
        return self.recording.record.id if self.recording else ""

    @property
    def way(self) -> WayBack:
        """The way back."""
        return self.way_of(self.kept)

    def way_of(self, kept: Kept) -> WayBack:
        """Return the way back to what was kept."""
        since = self.recording.record.began if self.recording else ""
        return WayBack(kept.configuration, kept.intended, kept.baseline, since, self.complete)

    @property
    def is_settled(self) -> bool:
        """Whether all services ran: from then on the change stays."""
        return self.recording is not None and self.recording.record.settled

    async def at(self, stage: Stage, changes: Sequence[Change]) -> None:
        """Keep that a stage begins; before the CIB is written, what it was and what it will be."""
        self.stage = stage.title
        self.complete = self.complete or stage.title == CONFIGURATION
        if self.recording is None or not changes:
            return
        if stage.title in {NEWCOMERS, CONFIGURATION}:
            intended = cib_step.intended(changes[0])
            was = self.kept if self.kept.intended else replace(await configured(self.fleet), files=self.kept.files)
            kept = replace(was, intended=intended)
            await self.as_told(self.way_of(kept))
            # Until now, what the stage newcomers or a killed apply has written is live, and the way back from it.
            self.kept = kept
            await self.recording.keep(self.kept)
        await self.recording.at(stage.title)

    async def as_told(self, way: WayBack) -> None:
        """Ask the scheduler once more, of the cluster as it is by now; Refused where it is worse than was told."""
        if self.told is None or self.told.unknown or not way.exists:
            return
        _, now = await returning.live(self.fleet)
        members = [node.get("uname", "") for node in now.root.iterfind("configuration/nodes/node")]
        found = await ask(Course(live=now.xml, configuration=parse_xml(way.intended)), self.fleet, self.want)
        for service, nodes in waiting(self.told, found, members).items():
            where = " or ".join(nodes)
            raise Refused(
                f"{service} would be stopped until {where} joins, for it may run nowhere else then",
                f"nothing of it was written; let {where} join first, without what keeps {service} off the others",
            )
        if said := worse(self.told, found, self.want.max_interruption_s):
            raise Refused(
                f"the cluster is not as it was when this was planned; by now {'; '.join(said)}",
                "the configuration was not written; look at `quorate status`, then plan again",
            )

    async def settle(self, settled: Callable[[], Awaitable[None]]) -> None:
        """Wait for a stage's state as `settled` does, but for services only as long as nothing goes wrong."""
        if self.stage == SERVICES:
            await self.serve(settled)
        else:
            await settled()

    async def serve(self, settled: Callable[[], Awaitable[None]]) -> None:
        """Wait for the services, and keep that they run."""

        async def rested() -> None:
            await returning.at_rest(self.fleet, running.patience_s(self.want))
            await settled()

        if self.way.exists:
            await returning.watched(rested(), self.fleet, self.kept.baseline)
        else:
            await settled()
        if self.recording:
            await self.recording.settled()

    async def to_the_end(self, work: Callable[[], Awaitable[T]], *, go_back: bool) -> T:
        """Do the work; where it fails, take the change back if there is a way and `go_back`. The record says which."""
        try:
            result = await work()
        except QuorateError as error:
            told = await self.failed(error, go_back=go_back)
            if told is error:
                raise
            raise told from error
        if self.recording:
            await self.recording.end("done")
        return result

    async def failed(self, error: QuorateError, *, go_back: bool) -> QuorateError:
        """Return the error to end with, once the change is taken back where it can be, and its record says so."""
        told = error
        # Wherever it ends: the configuration may be live since before a node joined, or since an apply that was killed.
        if self.way.exists and not self.is_settled and go_back:
            told = await returning.take_back(
                self.fleet, self.want, self.way, error, self.note, files_back=self.files_back
            )
        if self.recording:
            await self.recording.end("returned" if isinstance(told, Returned) else "failed", told.message)
        return told

    async def files_back(self) -> None:
        """Put the files of services back where servers would listen elsewhere by those that the change wrote.

        Others stay as they are: they make nothing worse by lying there.
        """
        before, intended = parse_xml(self.kept.configuration), parse_xml(self.kept.intended)
        if not making_way(intended, before, self.want):
            return
        # Without a reader: what failed is forgotten on the way back, and nobody is to try it again later.
        was = {
            name: {path: replace(one, reader="") for path, one in files.items() if path != corosync_conf.PATH}
            for name, files in self.kept.files.items()
        }
        step = Files(replace(self.kept, files=was))
        for name, host in self.fleet.items():
            try:
                found = step.changes(await step.look(host, self.want), self.want, name)
                await run_everywhere([one for one in found if isinstance(one, Change)], self.fleet)
            except QuorateError as trouble:
                self.note(f"{name}: files of before could not be put back: {trouble.message}")


async def begin(
    fleet: Fleet, want: Want, made: Plan, note: Note, *, what: str, by: Origin, goes_on: bool = True
) -> InHand:
    """Begin a change. A plan without changes leaves no record, but ends that of one that was not ended.

    goes_on: whether a change that was not ended is gone on with; a rollback is none of that.
    """
    hosts = list(fleet.values())
    answers = (await history.read_each(hosts)).all()
    await history.hand_on(hosts, answers)
    records = history.merged(answers.values())
    last = records[-1] if records and records[-1].is_unfinished else None
    was = await inherited(fleet, want, last) if last and goes_on else Kept()
    if last and goes_on:
        note(f"change {last.id} by {last.who} was not ended (at: {last.stage or 'its beginning'}); going on from there")
    if not made.changes:
        return InHand(fleet, want, note, Recording(hosts, last) if last else None, was)
    record = history.begun(what, made, want.cluster.name, by, records)
    record = replace(record, resumes=last.id) if last and goes_on else record
    kept = was if was.intended else await configured(fleet)
    files = await files_before(fleet, made)
    # What an unfinished change has written already is no content of before.
    kept = replace(kept, files={node: {**files.get(node, {}), **was.files.get(node, {})} for node in fleet})
    (await history.write(hosts, record, kept)).all()
    if last:
        how = f"whoever made it ended before it was done; {record.what} {record.id} followed"
        await Recording(hosts, last).end("failed", how)
    hand = InHand(fleet, want, note, Recording(hosts, record), kept)
    hand.told = made.consequences
    return hand


async def inherited(fleet: Fleet, want: Want, last: ChangeRecord) -> Kept:
    """Return what was before an unfinished change. Without a way back where the CIB is none that it wrote.

    Nothing where all its services ran: what was left to do then is no reason to go back, and what came since is another
    matter.
    """
    if last.settled:
        return Kept()
    hosts = list(fleet.values())
    try:
        was = await history.read_kept(hosts, last.id)
        _, now = await returning.live(fleet)
    except QuorateError:
        return Kept()
    if WayBack(was.configuration, was.intended, was.baseline, last.began).leads_from(now, want):
        seen = await returning.status(fleet)
        return replace(was, baseline=baseline.resumed(was.baseline, seen)) if seen else was
    return Kept(files=was.files)


async def configured(fleet: Fleet) -> Kept:
    """Return the live configuration and how the cluster is; an empty one before there is a cluster."""
    for host in fleet.values():
        now = await answer(gather(host, cib))
        if now is not None:
            seen = await returning.status(fleet)
            how = baseline.baseline(seen) if seen else baseline.Baseline()
            return Kept(configuration=configuration_of(now.root), baseline=how)
    return Kept()
