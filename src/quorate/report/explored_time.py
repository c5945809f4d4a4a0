"""Explored time: a scenario's actions as lanes on a time axis, and its transitions as graphs, ready to be drawn. Pure.

Positions (`x`, `w`) are percent of the drawing's width, as in timeline.py; graphs are in pixels (layered.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quorate.explore.result import Basis, Event, Impact, Scenario
from quorate.report import explored_words as words
from quorate.report.layered import Drawing, layered
from quorate.report.timeline import Axis

FAMILIES = {
    "detect": "membership",
    "decide": "membership",
    "delay": "fencing",
    "fence": "fencing",
    "start": "start",
    "promote": "start",
    "stop": "ending",
    "demote": "ending",
}
SHORT_S = 0.005
ACTIONS_MAX = 90
LETTER = 6.9
INSET = 22.0
WORDS_MIN = 26.0  # percent of the width that words beside a bar are taken to need


@dataclass(frozen=True, slots=True)
class Bar:
    """An action. row: within its lane. place: where its words go: "after", "before", "inside". basis: as in Event."""

    x: float
    w: float
    row: int
    family: str
    text: str
    took: str
    place: str
    title: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Lane:
    """A node, or what is done by none. rows: how many bars lie below each other."""

    name: str
    bars: tuple[Bar, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """outages: (service, x, w, words) of each interruption. lanes: by node. left_out: actions that are not drawn."""

    axis: Axis
    outages: tuple[tuple[str, float, float, str], ...]
    lanes: tuple[Lane, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Graph:
    """A transition. labels: (first line, second line, family) of each node of the drawing. left_out: as above."""

    drawing: Drawing[int]
    labels: dict[int, tuple[str, str, str]]
    left_out: int


def timeline(scenario: Scenario) -> Timeline | None:
    """Lay out a scenario's actions; None where nothing takes time."""
    events = [one for one in scenario.events if one.end_s - one.begin_s > SHORT_S]
    waits = [(one.service, one.interruption, *stretch(one)) for one in scenario.impacts if one.interruption]
    if not events and not waits:
        return None
    shown = sorted(events, key=lambda one: (one.begin_s, one.end_s))[:ACTIONS_MAX]
    end_s = max([0.1, *(one.end_s for one in shown), *(end for *_, end in waits)])
    axis = Axis(0.0, end_s * 1.02)
    names = sorted({one.node for one in shown})
    outages = tuple(
        (service, axis.x(begin), round(axis.x(end) - axis.x(begin), 3), f"{service} {words.figure(wait)}")
        for service, wait, begin, end in sorted(waits, key=lambda one: one[3])
    )
    lanes = tuple(lane(name, [one for one in shown if one.node == name], axis) for name in names)
    return Timeline(axis, outages, lanes, len(events) - len(shown))


def stretch(impact: Impact) -> tuple[float, float]:
    """Return from when until when a service is interrupted."""
    assert impact.interruption is not None
    begin_s = impact.path[0].begin_s if impact.path else 0.0
    return begin_s, begin_s + impact.interruption.seconds


def lane(name: str, events: Iterable[Event], axis: Axis) -> Lane:
    """Lay out one node's actions, each on the first row where neither bar nor words meet another's."""
    bars: list[Bar] = []
    free: list[float] = []
    for event in events:
        x, end = axis.x(event.begin_s), axis.x(event.end_s)
        place = "inside" if end - x > 45 else "after" if 100 - end >= x else "before"
        begins, ends = {"before": (x - WORDS_MIN, end), "after": (x, end + WORDS_MIN)}.get(place, (x, end))
        row = next((i for i, until in enumerate(free) if until <= begins), len(free))
        free[row : row + 1] = [ends]
        took = f"{words.SIGNS[event.basis]}{words.seconds(event.end_s - event.begin_s)}"
        title = f"{action(event)}, {event.begin_s:.2f} s to {event.end_s:.2f} s, {words.BASES[event.basis]}"
        title += "" if event.serves_s is None else f"; clients have answers after {event.serves_s:.2f} s"
        bars.append(Bar(x, round(end - x, 3), row, family(event), action(event), took, place, title, event.basis))
    return Lane(name, tuple(bars), len(free))


def action(event: Event) -> str:
    """Return what is done, in words: "start site-apache"."""
    return f"{event.action} {event.subject}".strip()


def family(event: Event) -> str:
    """Return the family that its colour follows."""
    return FAMILIES.get(event.action, "other")


def graphs(scenario: Scenario) -> tuple[Graph, ...]:
    """Lay out each transition of a scenario in which something takes time; of a large one what begins first."""
    numbers = sorted({one.transition for one in scenario.events if one.transition >= 0})
    made = (graph([one for one in scenario.events if one.transition == number]) for number in numbers)
    return tuple(one for one in made if one.labels)


def graph(events: Sequence[Event]) -> Graph:
    """Lay out one transition, without what takes no time and what is no action of it."""
    actions = sorted((one for one in events if is_drawn(one)), key=lambda one: (one.begin_s, one.id))
    shown = actions[:ACTIONS_MAX]
    labels = {one.id: (action(one), second_line(one), family(one)) for one in shown}
    widths = {id_: LETTER * max(len(first), len(second) * 0.9) + INSET for id_, (first, second, _) in labels.items()}
    before = waited_for(events)
    edges = [(first, one.id) for one in shown for first in before[one.id] if first in widths]
    return Graph(layered(widths, edges), labels, len(actions) - len(shown))


def is_drawn(event: Event) -> bool:
    """Return whether it is an action that takes time; what comes before all actions has the id -1."""
    return event.id != -1 and event.end_s - event.begin_s > SHORT_S


def waited_for(events: Sequence[Event]) -> dict[int, set[int]]:
    """Return by id what is drawn and waited for, also by way of what is not drawn."""
    there = {one.id: one for one in events}
    known: dict[int, set[int]] = {}

    def of(id_: int) -> set[int]:
        if id_ not in known:
            known[id_] = set()  # a circle, which no transition has, would end here
            firsts = (first for first in there[id_].after if first in there)
            known[id_] = {one for first in firsts for one in ({first} if is_drawn(there[first]) else of(first))}
        return known[id_]

    return {id_: of(id_) for id_ in there}


def second_line(event: Event) -> str:
    """Return where, and how long it takes: "on n2, ~0.6 s"."""
    took = event.end_s - event.begin_s
    said = [f"on {event.node}"] if event.node and event.node != event.subject else []
    return ", ".join([*said, f"{words.SIGNS[event.basis]}{words.seconds(took)}"] if took > SHORT_S else said)
