"""Timeline: where everything of a run lies on its time axis, as numbers a template can draw. Pure.

Positions (`x`, `w`) are percent of the drawing's width, so that drawings fit any page without scripts and their text
keeps its size; times are seconds after the fault.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quorate.drill.outcome import Client, Outcome
from quorate.drill.phases import Step
from quorate.drill.record import Attempt

MARKS_MAX = 900  # more attempts than that in one drawing are gathered into slices of time
CAPTION_MIN = 9.0  # percent: a run of failures narrower than that gets no caption
FAMILIES = {
    Step.TOKEN_LOST: "membership",
    Step.MEMBERSHIP: "membership",
    Step.NOTICED: "membership",
    Step.FENCING_REQUESTED: "fencing",
    Step.FENCED: "fencing",
    Step.STARTED: "start",
    Step.FIRST_ANSWER: "answer",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """The stretch of time that a drawing shows."""

    from_s: float
    to_s: float

    def x(self, at_s: float) -> float:
        """Return the position of a moment, 0 to 100, clipped."""
        share = (at_s - self.from_s) / (self.to_s - self.from_s)
        return round(100 * min(1.0, max(0.0, share)), 3)

    def ticks(self, count_max: int = 9) -> list[tuple[float, str]]:
        """Return (x, label) at round times, at most about `count_max`."""
        span = self.to_s - self.from_s
        steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
        step = next((step for step in steps if span / step <= count_max), steps[-1])
        first = int(-(-self.from_s // step))
        moments = [number * step for number in range(first, int(self.to_s // step) + 1)]
        return [(self.x(moment), f"{moment:g}") for moment in moments]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the overview: answered (by a node, if known) or not."""

    x: float
    w: float
    ok: bool
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One attempt, or a slice of time in which all went the same way."""

    x: float
    ok: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """A word under a run of failures of one kind ("refused")."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A flag on the axis. row: 0 or 1, so that neighbours do not write over each other; end: text to its left."""

    x: float
    kind: str
    text: str
    row: int
    end: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A phase in the staircase under the marks. place: where its words go: "after", "before" or "inside" the bar."""

    x: float
    w: float
    family: str
    text: str
    took: str
    place: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a node's lane. kind: "held" by it, "twice": by another one as well, "unseen": nobody looked."""

    x: float
    w: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole run. nodes: a lane for each that was observed. fault: while it was in effect; kind is its sort."""

    axis: Axis
    lanes: tuple[tuple[str, tuple[Band, ...]], ...]
    pins: tuple[Pin, ...]
    nodes: tuple[tuple[str, tuple[Bar, ...]], ...]
    fault: Bar


@dataclass(frozen=True, slots=True)
class Zoom:
    """The outage from close by: every attempt of one client, and the phases on the same axis."""

    axis: Axis
    marks: tuple[Mark, ...]
    captions: tuple[Caption, ...]
    rows: tuple[Row, ...]
    outage: tuple[float, float]
    label: str


def overview(outcome: Outcome) -> Overview:
    """Lay out the whole run."""
    begin_s = min(outcome.seconds(client.trace.started_ns) for client in outcome.clients)
    axis = Axis(min(begin_s, -0.1), max([outcome.end_s, 0.1, *(flag.at_s for flag in outcome.flags)]))
    shown = (*outcome.clients, *outcome.beside)
    lanes = tuple((client.trace.name, tuple(_bands(outcome, client, axis))) for client in shown)
    pins = []
    for i, flag in enumerate(outcome.flags):
        x = axis.x(flag.at_s)
        text = flag.text if flag.kind == "fault" else f"{flag.text}, {flag.at_s:.1f} s"
        pins.append(Pin(x, flag.kind, text, i % 2, x > 70))
    return Overview(axis, lanes, tuple(pins), tuple(_nodes(outcome, axis)), _fault(outcome, axis))


def _fault(outcome: Outcome, axis: Axis) -> Bar:
    """Lay out the fault, at least so wide that it can be seen."""
    to_s = outcome.end_s if outcome.healed_s is None else outcome.healed_s
    width = max(axis.x(to_s) - axis.x(0.0), 0.4)
    return Bar(axis.x(0.0), round(width, 3), outcome.about.sort or "other", f"{outcome.about.fault}, {to_s:.2f} s")


def _nodes(outcome: Outcome, axis: Axis) -> Iterator[tuple[str, tuple[Bar, ...]]]:
    """Yield a lane for each node: where it was seen with anything of the service, and with what another had too."""
    places, several = outcome.places, len(outcome.about.services) > 1
    for node in outcome.about.nodes.values() if places else ():
        assert places is not None
        bars = [
            _bar(outcome, axis, (one.from_ns, one.to_ns), "held", f"{one.marker.kind} {one.marker.value}")
            for one in places.spans
            if one.node == node and (several or one.marker.service == outcome.about.service)
        ]
        bars += [
            _bar(outcome, axis, (one.from_ns, one.to_ns), "unseen", "not observed")
            for one in places.silences
            if one.node == node
        ]
        bars += [
            _bar(outcome, axis, (from_ns, to_ns), "twice", f"{one.marker.kind} {one.marker.value}, in two places")
            for one in places.twice
            if node in one.nodes
            for from_ns, to_ns in one.when
        ]
        yield node, tuple(bar for bar in bars if bar.w > 0)


def _bar(outcome: Outcome, axis: Axis, when: tuple[int, int | None], kind: str, what: str) -> Bar:
    from_ns, to_ns = when
    from_s = outcome.seconds(from_ns)
    to_s = axis.to_s if to_ns is None else outcome.seconds(to_ns)
    x = axis.x(from_s)
    return Bar(x, round(axis.x(to_s) - x, 3), kind, f"{what}, {from_s:.2f} s to {to_s:.2f} s")


def _bands(outcome: Outcome, client: Client, axis: Axis) -> list[Band]:
    """Cut a client's time into stretches: an interruption, or answers of one node."""
    interruptions = {gap.start_ns: gap for gap in client.judgement.gaps}
    good = sorted((attempt for attempt in client.trace.attempts if attempt.ok), key=lambda attempt: attempt.done_ns)
    bands: list[Band] = []
    begin_ns, node = client.trace.started_ns, good[0].node if good else ""
    for attempt in good:
        if attempt.node != node:
            bands.append(_band(outcome, axis, begin_ns, attempt.done_ns, node))
            begin_ns, node = attempt.done_ns, attempt.node
        gap = interruptions.get(attempt.done_ns)
        if gap is not None:
            bands.append(_band(outcome, axis, begin_ns, gap.start_ns, node))
            bands.append(_band(outcome, axis, gap.start_ns, gap.end_ns, None))
            begin_ns = gap.end_ns
            node = next((one.node for one in good if one.done_ns >= gap.end_ns), node)
    if good and begin_ns < good[-1].done_ns:
        bands.append(_band(outcome, axis, begin_ns, good[-1].done_ns, node))
    return [band for band in bands if band.w > 0]


def _band(outcome: Outcome, axis: Axis, from_ns: int, to_ns: int, node: str | None) -> Band:
    from_s, to_s = outcome.seconds(from_ns), outcome.seconds(to_ns)
    x = axis.x(from_s)
    span = f"{from_s:.2f} s to {to_s:.2f} s"
    if node is None:
        return Band(x, round(axis.x(to_s) - x, 3), ok=False, label=f"{to_s - from_s:.1f} s", title=f"no answer, {span}")
    title = f"answered{f' by {node}' if node else ''}, {span}"
    return Band(x, round(axis.x(to_s) - x, 3), ok=True, label=node or "answered", title=title)


def zoom(outcome: Outcome) -> Zoom | None:
    """Lay out the outage; None when there was none to look at."""
    gap = outcome.client.judgement.outage
    if gap is None or not gap.failed:
        return None
    start_s, end_s = outcome.seconds(gap.start_ns), outcome.seconds(gap.end_ns)
    last_s = max([end_s, *(segment.end_s for segment in outcome.segments)])
    margin_s = max(0.1, 0.07 * (last_s - start_s))
    axis = Axis(min(start_s, 0.0) - margin_s, last_s + margin_s)
    from_ns, to_ns = (outcome.zero_ns + int(moment * 1e9) for moment in (axis.from_s, axis.to_s))
    seen = [attempt for attempt in outcome.client.trace.attempts if from_ns <= attempt.sent_ns <= to_ns]
    least = "at least " if gap.is_open else ""
    return Zoom(
        axis,
        tuple(_marks(outcome, axis, seen)),
        tuple(_captions(outcome, axis, seen)),
        tuple(_rows(outcome, axis)),
        (axis.x(start_s), axis.x(end_s)),
        f"{least}{gap.seconds:.2f} s without an answer",
    )


def _marks(outcome: Outcome, axis: Axis, seen: Sequence[Attempt]) -> list[Mark]:
    places = [(axis.x(outcome.seconds(attempt.sent_ns)), attempt.ok) for attempt in seen]
    if len(places) > MARKS_MAX:
        places = sorted({(round(x * MARKS_MAX / 200) * 200 / MARKS_MAX, ok) for x, ok in places})
    return [Mark(round(x, 3), ok) for x, ok in places]


def _captions(outcome: Outcome, axis: Axis, seen: Sequence[Attempt]) -> list[Caption]:
    """Name each run of failures of one kind that is wide enough for its name."""
    captions = []
    runs: list[list[Attempt]] = []
    for attempt in seen:
        if runs and runs[-1][0].result == attempt.result:
            runs[-1].append(attempt)
        else:
            runs.append([attempt])
    for run in runs:
        from_x, to_x = (axis.x(outcome.seconds(run[i].sent_ns)) for i in (0, -1))
        if not run[0].ok and to_x - from_x >= CAPTION_MIN:
            captions.append(Caption(from_x, run[0].result))
    return captions


def _rows(outcome: Outcome, axis: Axis) -> list[Row]:
    rows = []
    for segment in outcome.segments:
        x, end = axis.x(segment.start_s), axis.x(segment.end_s)
        place = "inside" if end - x > 45 else "after" if 100 - end >= x else "before"
        took = f"{segment.seconds:.2f} s"
        rows.append(Row(x, round(end - x, 3), FAMILIES[segment.step], segment.label, took, place))
    return rows
