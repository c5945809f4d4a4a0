"""Explored matrix: failures by services, equal rows folded into one, as cells that text and page draw alike. Pure.

A narrow matrix has a column for each service; a wide one says of each failure how many services it leaves how.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from quorate.explore.answer import EVERYWHERE
from quorate.explore.result import Exploration, Impact, Scenario, State
from quorate.report import explored_words as words

Tone = Literal["ok", "spare", "waited", "doubt", "late", "down", "twice", "none"]
TONES: dict[State, Tone] = {
    State.UNAFFECTED: "ok",
    State.DEGRADED: "spare",
    State.INTERRUPTED: "waited",
    State.DOWN: "down",
    State.TWO_COPIES: "twice",
}
COLUMNS_MAX = 8
NAMED_MAX = 2
PARTS_MAX = 4
GROUPS_MAX = 4
OWN_MAX = 8
PASSING: frozenset[Tone] = frozenset({"waited", "doubt", "late"})
WIDE = ("well", "no spare", "interrupted", "longest", "down", "two copies")
BAD: frozenset[Tone] = frozenset({"doubt", "late", "down", "twice"})


@dataclass(frozen=True, slots=True)
class Cell:
    """What a failure does to one service. title: all that is known of it, in a sentence."""

    text: str
    tone: Tone
    title: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Failures of one kind that do the same. label: what they strike. notes: what is not exact or not settled."""

    kind: str
    label: str
    cells: tuple[Cell, ...]
    scenarios: tuple[Scenario, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether any cell is, and something could be done about it."""
        return self.kind != EVERYWHERE and any(cell.tone in BAD for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Matrix:
    """columns: headings of the cells. sections: (title of the kind, its rows), in the order of the scenarios."""

    columns: tuple[str, ...]
    sections: tuple[tuple[str, tuple[Row, ...]], ...] = field(default=())

    @property
    def rows(self) -> Iterator[Row]:
        """All rows."""
        return (row for _, rows in self.sections for row in rows)


def matrix(
    found: Exploration,
    scenarios: Sequence[Scenario],
    *,
    columns_max: int = COLUMNS_MAX,
    by_tone: bool = False,
    named: bool = True,
) -> Matrix:
    """Return the matrix of some scenarios of an exploration. by_tone: rows are equal whose cells look the same.

    named: a count of one service or two names them.
    """
    target_s = found.outage_target_s
    if len(found.services) <= columns_max:
        key = _tones(target_s) if by_tone else _key(target_s)
        return Matrix(found.services, tuple(_sections(scenarios, lambda same: _cells(same, target_s), key)))
    return Matrix(
        WIDE, tuple(_sections(scenarios, lambda same: counts(same, target_s, NAMED_MAX * named), _shape(target_s)))
    )


def cell(impact: Impact, target_s: float | None) -> Cell:
    """Return a service's cell."""
    if impact.state is State.UNAFFECTED:
        return Cell("ok", "ok", impact.why)
    if impact.state is State.DEGRADED:
        return Cell("ok, no spare", "spare", impact.why)
    if impact.state is State.INTERRUPTED:
        waited, tone = interruption(impact, target_s)
        where = impact.after if len(impact.after) == 1 else ()  # of several servers it does not matter which
        text = " ".join((waited, *where))
        return Cell(text + "*" * impact.redundancy_gone, tone, impact.why)
    until = f"{impact.why}; until {impact.until}" if impact.until else impact.why
    return Cell("DOWN" if impact.state is State.DOWN else "2 COPIES", TONES[impact.state], until)


def interruption(impact: Impact, target_s: float | None) -> tuple[str, Tone]:
    """Return how long, with a sign where that is, or may be, longer than the target."""
    waited = words.figure(impact.interruption) if impact.interruption else "interrupted"
    if words.is_late(impact, target_s):
        return f"{waited}!", "late"
    return (f"{waited}?", "doubt") if words.may_be_late(impact, target_s) else (waited, "waited")


def counts(same: Sequence[Scenario], target_s: float | None, names_max: int = NAMED_MAX) -> tuple[Cell, ...]:
    """Return how many services are left how by each of these scenarios, which differ in names and seconds alone.

    names_max: so many are named.
    """

    def named(kind: Tone, *states: State) -> Cell:
        hit = [[impact.service for impact in one.impacts if impact.state in states] for one in same]
        if not hit[0]:
            return Cell("", "none")
        few = len(hit[0]) <= names_max and all(one == hit[0] for one in hit)
        names = f" ({words.listed(hit[0])})" if few else ""
        return Cell(f"{len(hit[0])}{names}", kind, words.listed(hit[0], 12))

    waited = [impact for one in same for impact in one.impacts if impact.interruption]
    worst = max(waited, key=words.rank, default=None)
    longest, tone = interruption(worst, target_s) if worst else ("", "none")
    well = sum(1 for impact in same[0].impacts if impact.state is State.UNAFFECTED)
    return (
        Cell(str(well), "ok"),
        named("spare", State.DEGRADED),
        named(tone, State.INTERRUPTED),
        Cell(longest, tone, worst.service if worst else ""),
        named("down", State.DOWN),
        named("twice", State.TWO_COPIES),
    )


def together(cells: Sequence[tuple[str, Cell]], most: int = GROUPS_MAX) -> list[tuple[tuple[str, ...], Cell]]:
    """Return cells that read the same once, with all their services; where too many are left, without their nodes."""
    found: dict[Cell, list[str]] = {}
    for service, one in cells:
        found.setdefault(one, []).append(service)
    if len(found) > most and (coarse := [(service, _coarse(one)) for service, one in cells]) != list(cells):
        return together(coarse, len(cells))
    return [(tuple(services), one) for one, services in found.items()]


def _coarse(one: Cell) -> Cell:
    """Return a cell without the nodes and the reason of an interruption: "~12.3 s!"."""
    return Cell(" ".join(one.text.split(" ")[:2]), one.tone) if one.tone in PASSING else one


def each_its_own(made: Matrix) -> Matrix:
    """Return the matrix with one row for the many failures of a kind that touch one service each."""
    return Matrix(made.columns, tuple((title, tuple(_merged(rows))) for title, rows in made.sections))


def _merged(rows: Sequence[Row]) -> Iterator[Row]:
    own = [row for row in rows if sum(one.tone != "ok" for one in row.cells) == 1 and not row.notes]
    if len(own) <= OWN_MAX:
        yield from rows
        return
    yield from (row for row in rows if row not in own)
    columns = zip(*(row.cells for row in own), strict=True)
    cells = tuple(next((one for one in column if one.tone != "ok"), column[0]) for column in columns)
    scenarios = tuple(one for row in own for one in row.scenarios)
    yield Row(own[0].kind, f"{len(scenarios)} failures, each of one service", cells, scenarios)


def _cells(same: Sequence[Scenario], target_s: float | None) -> tuple[Cell, ...]:
    return tuple(cell(impact, target_s) for impact in same[0].impacts)


def _key(target_s: float | None) -> Callable[[Scenario], object]:
    """Return what is equal for rows that read the same."""
    return lambda one: [(cell(impact, target_s).text, impact.state) for impact in one.impacts]


def _tones(target_s: float | None) -> Callable[[Scenario], object]:
    """Return what is equal for rows that look the same, whatever they say."""
    return lambda one: [cell(impact, target_s).tone for impact in one.impacts]


def _shape(target_s: float | None) -> Callable[[Scenario], object]:
    """Return what is equal for rows that leave as many services in each state."""

    def shape(one: Scenario) -> object:
        over = {interruption(impact, target_s)[1] for impact in one.impacts}
        return [sorted(over), *(sum(1 for impact in one.impacts if impact.state is state) for state in State)]

    return shape


def _sections(
    scenarios: Iterable[Scenario],
    cells: Callable[[Sequence[Scenario]], tuple[Cell, ...]],
    key: Callable[[Scenario], object],
) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """Yield each kind with its rows: one for all scenarios of the kind whose key is equal."""
    kinds: dict[str, dict[str, list[Scenario]]] = {}
    for one in scenarios:
        kinds.setdefault(words.kinds_of(one), {}).setdefault(repr((key(one), _notes(one))), []).append(one)
    for kind, equal in sorted(kinds.items(), key=lambda one: [words.place(each) for each in one[0].split(" then ")]):
        rows = (
            Row(kind, words.listed(parts(same), PARTS_MAX), cells(same), tuple(same), _notes(same[0]))
            for same in equal.values()
        )
        yield words.titles(kind), tuple(rows)


def part(scenario: Scenario) -> str:
    """Return what a scenario strikes: "n1", "n1 → n2", at once "n1 + n2"."""
    joined = " + " if words.is_at_once(scenario) else " → "
    return joined.join(words.part_of(failure) for failure in scenario.failures)


def parts(same: Sequence[Scenario]) -> list[str]:
    """Return what several scenarios strike; a pair that is there in both orders once: "n1 ↔ n2"."""
    there = {one.failures for one in same if not words.is_at_once(one)}
    found = []
    for one in same:
        if len(one.failures) == 2 and not words.is_at_once(one) and one.failures[::-1] in there:
            if one.failures < one.failures[::-1]:
                found.append(part(one).replace(" → ", " ↔ "))
        else:
            found.append(part(one))
    return found


def _notes(scenario: Scenario) -> tuple[str, ...]:
    unsettled = () if scenario.quiet else ("never comes to rest",)
    return (*unsettled, scenario.approximate) if scenario.approximate else unsettled
