"""Explored time: a scenario's actions as lanes on a time axis, and its transitions as graphs, ready to be drawn. Pure.

Positions (`x`, `w`) are percent of the drawing's width, as in timeline.py; graphs are in pixels (layered.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quorate.explore.result import Basis, Event, Scenario
from quorate.report import explored_words as words
from quorate.report.layered import Drawing, layered
from quorate.report.timeline import Axis

FAMILIES = {
    "detect": "membership",
    "fence": "fencing",
    "stonith": "fencing",
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
    waits = [(one.service, one.interruption) for one in scenario.impacts if one.interruption]
    if not events and not waits:
        return None
    end_s = max([0.1, *(one.end_s for one in events[:ACTIONS_MAX]), *(wait.seconds for _, wait in waits)])
    axis = Axis(0.0, end_s * 1.02)
    shown = sorted(events, key=lambda one: (one.begin_s, one.end_s))[:ACTIONS_MAX]
    names = sorted({one.node for one in shown})
    outages = tuple(
        (service, 0.0, axis.x(wait.seconds), f"{service} {words.figure(wait)}")
        for service, wait in sorted(waits, key=lambda wait: wait[1].seconds)
    )
    lanes = tuple(lane(name, [one for one in shown if one.node == name], axis) for name in names)
    return Timeline(axis, outages, lanes, len(events) - len(shown))


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
        bars.append(Bar(x, round(end - x, 3), row, family(event), action(event), took, place, title, event.basis))
    return Lane(name, tuple(bars), len(free))


def action(event: Event) -> str:
    """Return what is done, in words: "start site-apache"."""
    return f"{event.action} {event.subject}".strip()


def family(event: Event) -> str:
    """Return the family that its colour follows."""
    return FAMILIES.get(event.action, "other")


def graphs(scenario: Scenario) -> tuple[Graph, ...]:
    """Lay out each transition of a scenario; of a large one the actions that begin first."""
    numbers = sorted({one.transition for one in scenario.events})
    return tuple(graph([one for one in scenario.events if one.transition == number]) for number in numbers)


def graph(events: Sequence[Event]) -> Graph:
    """Lay out one transition."""
    shown = sorted(events, key=lambda one: (one.begin_s, one.id))[:ACTIONS_MAX]
    labels = {one.id: (action(one), second_line(one), family(one)) for one in shown}
    widths = {id_: LETTER * max(len(first), len(second) * 0.9) + INSET for id_, (first, second, _) in labels.items()}
    edges = [(before, one.id) for one in shown for before in one.after if before in widths]
    return Graph(layered(widths, edges), labels, len(events) - len(shown))


def second_line(event: Event) -> str:
    """Return where, and how long it takes: "on n2, ~0.6 s"."""
    took = event.end_s - event.begin_s
    said = [f"on {event.node}"] if event.node and event.node != event.subject else []
    return ", ".join([*said, f"{words.SIGNS[event.basis]}{words.seconds(took)}"] if took > SHORT_S else said)
