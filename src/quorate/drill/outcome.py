"""Outcome: one run, judged: what reports are made of. Pure; in: a Recording, out: an Outcome.

Zero on every axis is the event INJECT. Several probes are judged each by itself; the worst verdict is the run's, and
`client` is the probe that the headline tells of (the one that waited longest). Those `beside` them only show where an
answer was lost on its way: whether a host had the address, whether somebody listened. They decide nothing, for a host
that is frozen still answers both. A client that wrote is judged twice: by
how long it waited, and by what became of its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from quorate.drill.foretold import Foretold, Measured, compare
from quorate.drill.history import Recording
from quorate.drill.journal import JournalLine, parse_journal
from quorate.drill.phases import FencingEvent, Phases, Segment, Step, find_phases, segments
from quorate.drill.places import Places, judge_places
from quorate.drill.record import About, Event, Moment, Trace, beside_name, service_of
from quorate.drill.verdict import Judgement, Verdict, judge, worst
from quorate.drill.writes import KEPT, Writes, judge_writes
from quorate.errors import UsageError

BESIDE = ("icmp", "tcp")  # the kinds of clients that ask beside a service's own
WAITING_MAX = MappingProxyType({"token": 2, "image": 4})
"""The kinds of clients that ask no more while so many wait for an answer (their `waiting_max`, drill/probes)."""

CLOCK_STEP_MAX_S = 0.05
CLOCK_AHEAD_S = 600.0  # nodes log for some seconds after the run's last event


@dataclass(frozen=True, slots=True)
class Client:
    """A probe, its judgement, and that of what it wrote, if it wrote."""

    trace: Trace
    judgement: Judgement
    writes: Writes | None = None
    foretold: Foretold | None = None

    @property
    def service(self) -> str:
        """The service that it asked."""
        return service_of(self.trace.name)

    @property
    def is_timed(self) -> bool:
        """Whether it is judged by how long it waited: one that uploads asks once a second, and another client reads."""
        return self.trace.probe != "upload"

    @property
    def verdict(self) -> Verdict:
        """The worse of both."""
        found = [self.judgement.verdict] if self.is_timed else []
        return worst([*found, *([self.writes.verdict] if self.writes else [])])

    @property
    def reason(self) -> str:
        """Why, in a sentence for each."""
        said = [self.judgement.reason] if self.is_timed else []
        return " ".join([*said, *([self.writes.reason] if self.writes else [])])


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to mark on the time axis, s after the fault. kind: "fault", "fenced", "returned" or "event"."""

    at_s: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Serving:
    """Which node answered clients, "" where it cannot be told: before the fault, first after it, and at the end.

    returned_s: when the victim served as a member again; None if it did not while watched. moved_after_return: whether
    answers or journals show the service moving then; None if neither can tell.
    """

    before: str
    after: str
    at_end: str
    returned_s: float | None
    moved_after_return: bool | None

    @property
    def failed_back(self) -> bool | None:
        """Whether the service moved again once the victim was back; None if that cannot be told."""
        return None if self.returned_s is None else self.moved_after_return


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The run, judged. started: wall clock of the fault. zero_ns: the monotonic zero of `seconds`.

    places: None where nobody observed the nodes. healed_s: when the fault was taken back, or had passed; None if the
    record does not say. foretold: of the client that waited longest; None where nothing was written down before the
    fault, as by an older quorate.
    """

    about: About
    started: datetime
    zero_ns: int
    end_s: float
    verdict: Verdict
    clients: tuple[Client, ...]
    phases: Phases
    segments: tuple[Segment, ...]
    serving: Serving
    flags: tuple[Flag, ...]
    notes: tuple[str, ...]
    places: Places | None
    healed_s: float | None
    beside: tuple[Client, ...] = ()
    foretold: Foretold | None = None

    @property
    def client(self) -> Client:
        """The client that waited longest."""
        return slowest(self.clients)

    @property
    def writes(self) -> tuple[Writes, ...]:
        """What became of all that was written, for each client that wrote."""
        return tuple(client.writes for client in self.clients if client.writes)

    @property
    def reason(self) -> str:
        """Why, in a sentence for each: what that client saw, and what was active in two places or not.

        Of several clients the ones that decide the verdict.
        """
        decide = [one for one in self.clients if one.verdict is self.verdict] if len(self.clients) > 1 else []
        said = [f"{one.trace.name}: {one.reason}" for one in decide] or [self.client.reason]
        return " ".join([*said, *([self.places.reason] if self.places else [])])

    @property
    def fencing(self) -> tuple[FencingEvent, ...]:
        """Every fencing operation that ended after the fault."""
        return self.phases.fencing

    def seconds(self, at_ns: int) -> float:
        """Return a monotonic moment as seconds after the fault."""
        return (at_ns - self.zero_ns) / 1e9


def slowest(clients: Sequence[Client]) -> Client:
    """Return the client that waited longest, of those that are judged by it."""
    return max(clients, key=lambda client: (client.is_timed, client.judgement.outage_s or 0))


def judge_run(recording: Recording) -> Outcome:
    """Judge a run from its folder. UsageError if no fault was injected or no client recorded: nothing to judge."""
    about = recording.about
    inject = next((event for event in recording.events if event.moment is Moment.INJECT), None)
    others = {beside_name(service, kind) for service in (about.service, *about.services) for kind in BESIDE}
    beside = [trace for trace in recording.traces if trace.name in others]
    traces = [trace for trace in recording.traces if trace not in beside]
    if inject is None or not traces:
        lacks = "no fault was injected" if inject is None else "no client was recorded"
        raise UsageError(f"There is nothing to judge in this run: {lacks}.", "Run the drill again.")
    clients = tuple(_client(trace, recording, inject) for trace in traces)
    longest = slowest(clients)
    answered_ns = _answered_ns(longest.judgement)
    phases = find_phases(
        in_time([line for node, text in recording.journals.items() for line in parse_journal(text, node)], recording),
        victim=about.node,
        nodes=about.nodes,
        fault_s=(inject.at_ns + longest.trace.wall_offset_ns) / 1e9,
        answered_s=(answered_ns - inject.at_ns) / 1e9 if answered_ns is not None else None,
        resources=about.resources,
    )
    serving = _serving(longest, phases, recording.events, inject)
    end_ns = max(_end_ns(trace) for trace in recording.traces)
    places = _places(recording, inject, phases, end_ns)
    verdicts = [client.verdict for client in clients]
    verdicts += [places.verdict] if places else []
    verdicts += [] if is_whole(recording) else [Verdict.UNKNOWN]
    outcome = Outcome(
        about=about,
        started=datetime.fromtimestamp(inject.wall_ns / 1e9, UTC),
        zero_ns=inject.at_ns,
        end_s=(end_ns - inject.at_ns) / 1e9,
        verdict=worst(verdicts),
        clients=clients,
        phases=phases,
        segments=segments(phases),
        serving=serving,
        flags=_flags(recording.events, inject, phases, serving),
        notes=(*_notes(recording, clients, phases), *(places.notes if places else ())),
        places=places,
        healed_s=_at_s(recording.events, Moment.HEAL, inject),
        beside=tuple(_client(trace, recording, inject) for trace in beside),
    )
    return _with_predictions(outcome, recording, inject)


def _with_predictions(outcome: Outcome, recording: Recording, inject: Event) -> Outcome:
    """Hold what explore had predicted against every client that is timed; a wrong prediction is a note as well."""
    held: list[Client] = []
    notes: list[str] = []
    for client in outcome.clients:
        prediction = recording.predictions.get(client.service) if client.is_timed else None
        if prediction is None:
            held.append(client)
            continue
        foretold = compare(prediction, _measured(outcome, client, recording, inject))
        held.append(replace(client, foretold=foretold))
        if foretold.finding:
            who = f"{client.trace.name}: " if len(outcome.clients) > 1 else ""
            notes.append(f"{who}{foretold.finding.summary} [{foretold.finding.code}]")
    foretold_longest = slowest(held).foretold
    return replace(outcome, clients=tuple(held), foretold=foretold_longest, notes=(*outcome.notes, *notes))


def _measured(outcome: Outcome, client: Client, recording: Recording, inject: Event) -> Measured:
    """Return what can be compared with a prediction; of a run that was cut off nobody knows what clients had seen."""
    judgement, phases = client.judgement, outcome.phases
    serving = outcome.serving if client is outcome.client else _serving(client, phases, recording.events, inject)
    gap, answered_ns = judgement.outage, _answered_ns(judgement)
    alone = len(outcome.clients) == 1  # of several, what was started may be another's
    started = [one.node for one in phases.milestones if one.step is Step.STARTED and alone]
    returned_s = serving.returned_s if phases.rejoined_s is None else phases.rejoined_s
    return Measured(
        outage_s=judgement.outage_s if is_whole(recording) else None,
        uncertainty_s=judgement.uncertainty_s,
        noticed=gap is not None and gap.failed > 0,
        is_open=gap is not None and gap.is_open,
        after=serving.after or (started[-1] if started else ""),
        victim=outcome.about.node,
        answered_s=None if answered_ns is None else outcome.seconds(answered_ns),
        helped_s=_at_s(recording.events, Moment.HELPED, inject),
        returned_s=returned_s if outcome.about.node_leaves else None,
        is_busy=phases.is_busy,
        twice=outcome.places is not None and bool(outcome.places.twice),
        milestones=phases.milestones,
    )


def _places(recording: Recording, inject: Event, phases: Phases, end_ns: int) -> Places | None:
    """Judge what observers saw; None where there were none."""
    if not recording.places:
        return None
    steady = next((event.at_ns for event in recording.events if event.moment is Moment.STEADY), inject.at_ns)
    return judge_places(
        {node: recording.places.get(node, ()) for node in recording.about.nodes.values()},
        steady_ns=steady,
        fault_ns=inject.at_ns,
        end_ns=end_ns,
        fenced=[(event.target, inject.at_ns + int(event.at_s * 1e9)) for event in phases.fencing if event.ok],
    )


def _at_s(events: Sequence[Event], moment: Moment, inject: Event) -> float | None:
    """Return when that moment came first, None if it did not."""
    return next(((event.at_ns - inject.at_ns) / 1e9 for event in events if event.moment is moment), None)


def is_whole(recording: Recording) -> bool:
    """Tell whether the run came to its end: what nobody watched any more cannot have held."""
    return any(event.moment is Moment.SETTLED for event in recording.events)


def in_time(lines: Sequence[JournalLine], recording: Recording) -> list[JournalLine]:
    """Return the lines but for those from long after the run: a clock that was ahead wrote them."""
    last_s = max(event.wall_ns for event in recording.events) / 1e9
    return [line for line in lines if line.time_s <= last_s + CLOCK_AHEAD_S]


def _client(trace: Trace, recording: Recording, inject: Event) -> Client:
    judgement = judge(
        trace.attempts,
        fault_ns=inject.at_ns,
        every_ms=trace.every_ms,
        target_s=recording.about.target_s,
        waiting_max=1 if trace.in_flight_max == 1 else WAITING_MAX.get(trace.probe, 0),
        barred_ns=_barred_ns(recording.events),
    )
    kept = KEPT.get(trace.probe)
    readings = recording.rows.get(trace.name, ())
    return Client(trace, judgement, judge_writes(trace.attempts, readings, kept) if kept else None)


def _barred_ns(events: Sequence[Event]) -> tuple[int, int] | None:
    """Return from when to when nobody was allowed to serve; None where the fault leaves it to the cluster."""
    at_ns = {event.moment: event.at_ns for event in events}
    if Moment.INJECTED not in at_ns or Moment.HELPED not in at_ns:
        return None
    return at_ns[Moment.INJECTED], at_ns[Moment.HELPED]


def _end_ns(trace: Trace) -> int:
    return max([trace.ended_ns or 0, trace.started_ns, *(attempt.done_ns for attempt in trace.attempts)])


def _answered_ns(judgement: Judgement) -> int | None:
    """Return when the first answer after the outage came; None if clients noticed no outage, or it never came."""
    return judgement.first_answer_ns if judgement.outage and judgement.outage.failed else None


def _serving(client: Client, phases: Phases, events: Sequence[Event], inject: Event) -> Serving:
    good = [attempt for attempt in client.trace.attempts if attempt.ok]
    gap = client.judgement.outage
    again_ns = gap.end_ns if gap is not None and gap.failed else inject.at_ns
    before = [attempt.node for attempt in good if attempt.done_ns <= inject.at_ns]
    after = [attempt.node for attempt in good if attempt.done_ns >= again_ns]
    returned = next((event for event in events if event.moment is Moment.RETURNED), None)
    returned_s = (returned.at_ns - inject.at_ns) / 1e9 if returned else phases.rejoined_s
    back_s = phases.rejoined_s if phases.rejoined_s is not None else returned_s
    moved: bool | None = None
    if after:
        first, last = after[0], after[-1]
        started = back_s is not None and any(start.at_s >= back_s for start in phases.moved)
        can_tell = bool(first and last) or phases.at(Step.MEMBERSHIP) is not None
        moved = started or first != last if can_tell else None
    return Serving(
        before[-1] if before else "", after[0] if after else "", after[-1] if after else "", returned_s, moved
    )


def _flags(events: Sequence[Event], inject: Event, phases: Phases, serving: Serving) -> tuple[Flag, ...]:
    flags = [Flag(0.0, "fault", inject.text or "fault")]
    flags += [
        Flag(event.at_s, "fenced" if event.ok else "event", f"{event.target} {'fenced' if event.ok else 'not fenced'}")
        for event in phases.fencing
    ]
    if serving.returned_s is not None:
        flags.append(Flag(serving.returned_s, "returned", f"{inject.node or 'node'} back"))
    flags += [
        Flag((event.at_ns - inject.at_ns) / 1e9, "event", event.text)
        for event in events
        if event.moment in {Moment.NOTE, Moment.HELPED} and event.text
    ]
    return tuple(sorted(flags, key=lambda flag: flag.at_s))


def _notes(recording: Recording, clients: Sequence[Client], phases: Phases) -> tuple[str, ...]:
    """Return what a careful reader should know about this measurement."""
    notes = list(recording.about.remarks)
    if not is_whole(recording):
        notes.append("The record ends before the run did: what clients saw afterwards is not known.")
    for client in clients:
        trace, judgement = client.trace, client.judgement
        if judgement.stalls:
            notes.append(f"The {trace.name} client itself was paused {judgement.stalls} times for over 100 ms.")
        if trace.ended is None:
            notes.append(f"The {trace.name} client was killed: its record may lack the last attempts.")
        if trace.wall_offset_end_ns is not None:
            step_s = (trace.wall_offset_end_ns - trace.wall_offset_ns) / 1e9
            if abs(step_s) > CLOCK_STEP_MAX_S:
                notes.append(f"The wall clock moved by {step_s:+.2f} s meanwhile: phases are off by up to as much.")
    if not recording.journals:
        notes.append("No journals of the surviving nodes: the phases are not known.")
    elif phases.at(Step.MEMBERSHIP) is None and recording.about.node_leaves:
        notes.append("The survivors' journals do not tell that the node left: some phases are not known.")
    failed = [event for event in phases.fencing if not event.ok]
    if failed:
        notes.append(f"Fencing failed {len(failed)} times: {failed[0].result}.")
    if recording.broken:
        notes.append(f"{len(recording.broken)} recorded lines could not be read ({recording.broken[0]}).")
    return tuple(notes)
