"""Explored HTML: an exploration as one self-contained page, with the look of a drill's. No script. Pure.

Summary, matrix, what to look at, then each scenario with its timeline and its transitions drawn, closed until it is
asked for: the cells of the matrix lead to it. Of many scenarios the worst are drawn; all of them are in the JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from quorate import __version__
from quorate.explore.result import Exploration, Scenario, State
from quorate.report import explored_text, explored_words
from quorate.report.explored_answers import NONE, Answers, changes, counted, room, years
from quorate.report.explored_matrix import BAD, TONES, Cell, Matrix, Row, cell, each_its_own, matrix, together
from quorate.report.explored_time import Graph, Timeline, graphs, timeline
from quorate.report.html import environment, style
from quorate.report.layered import Edge

COLUMNS_MAX = 80
WORDS_MAX = 6
"""So many services have words in their cells; more have coloured cells, with the words as their title."""
DRAWN_MAX = 120
PAIR_ROWS_MAX = 150
BAD_MAX = 30
YEARS_MAX = 30
CELLS_MAX = 8
VERDICTS = {"held": ("Held", "✓"), "violated": ("Findings", "✕"), "unknown": ("Unknown", "?")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A scenario with what is drawn of it. others: scenarios that do the same, in words."""

    id: str
    scenario: Scenario
    cells: tuple[tuple[str, Cell], ...]
    timeline: Timeline | None
    graphs: tuple[Graph, ...]
    others: tuple[str, ...]
    notes: tuple[str, ...]


def page(found: Exploration, answers: Answers = NONE) -> str:
    """Return the whole page."""
    ones, twos = explored_words.singles(found), explored_words.pairs(found)
    worse = explored_words.beyond_alone(ones, twos)
    dense = WORDS_MAX < len(found.services) <= COLUMNS_MAX
    alone = matrix(found, ones, columns_max=COLUMNS_MAX, by_tone=dense)
    alone = each_its_own(alone) if dense else alone
    paired, pairs_left = cut(matrix(found, worse, columns_max=COLUMNS_MAX, by_tone=dense))
    rows = [*explored_text.worst_first(list(alone.rows)), *explored_text.worst_first(list(paired.rows))]
    twice = [one for one in worse if one.worst is State.TWO_COPIES]
    some = [row for asked in (ones, twice) for row in matrix(found, asked, columns_max=WORDS_MAX).rows]
    folded = explored_text.worst_first(some)
    anchors = {row.scenarios[0].id: f"s{number}" for number, row in enumerate(rows[:DRAWN_MAX], 1)}
    verdict = explored_words.verdict(found, answers)
    text: str = (
        environment()
        .get_template("explored.html.j2")
        .render(
            found=found,
            headline=explored_words.headline(found),
            summary=explored_words.summary(found),
            figures=explored_words.figures(found),
            verdict=verdict,
            verdict_word=VERDICTS[verdict][0],
            verdict_symbol=VERDICTS[verdict][1],
            reason=explored_words.reason(found, answers),
            years=years(answers)[:YEARS_MAX],
            counted=counted(answers),
            room=room(answers),
            legend=explored_words.legend(found),
            alone=alone,
            paired=paired,
            grid=grid(worse),
            dense=dense,
            anchors=anchors,
            pairs_left=pairs_left,
            left_out=max(0, len(rows) - DRAWN_MAX),
            cells=lambda one: [pair for pair in cells_of(found, one) if pair[1].tone in BAD],
            together=lambda cells: together(cells)[:CELLS_MAX],
            listed=explored_words.listed,
            changes=lambda one, cells: changes(answers, [one.id], [service for service, _ in cells]),
            heights=height,
            curve=curve,
            tip=tip,
            bad=[row for row in folded if row.is_bad][:BAD_MAX],
            shown=[shown(found, row, anchors[row.scenarios[0].id]) for row in rows[:DRAWN_MAX]],
            version=__version__,
            style=style() + (resources.files("quorate.report") / "templates" / "explored.css").read_text("utf-8"),
        )
    )
    return text


def cut(made: Matrix) -> tuple[Matrix, int]:
    """Return a matrix with no more rows than a page can have, the worst; and how many rows are left out."""
    rows = explored_text.worst_first(list(made.rows))
    kept = set(map(id, rows[:PAIR_ROWS_MAX]))
    sections = [(title, tuple(row for row in some if id(row) in kept)) for title, some in made.sections]
    return Matrix(made.columns, tuple(one for one in sections if one[1])), max(0, len(rows) - PAIR_ROWS_MAX)


@dataclass(frozen=True, slots=True)
class Grid:
    """Pairs by the kinds of their failures. rows: (first kind, a cell for each second kind, None where none is)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


def grid(pairs: Sequence[Scenario]) -> Grid:
    """Count pairs by kinds; a cell's tone is that of its worst, its title an example."""
    found: dict[tuple[str, ...], list[Scenario]] = {}
    for one in pairs:
        found.setdefault(tuple(explored_words.kinds_of(one).split(" then ")), []).append(one)
    firsts, seconds = (sorted({kinds[i] for kinds in found}, key=explored_words.place) for i in (0, 1))
    rows = (
        (explored_words.short(first), tuple(counted_pairs(found.get((first, second), ())) for second in seconds))
        for first in firsts
    )
    return Grid(tuple(map(explored_words.short, seconds)), tuple(rows))


def counted_pairs(pairs: Sequence[Scenario]) -> Cell | None:
    """Return the cell of pairs of two kinds."""
    if not pairs:
        return None
    worst = max(pairs, key=explored_text.gravity)
    services = explored_words.listed(explored_words.hit(pairs, worst.worst), 3)
    return Cell(str(len(pairs)), TONES[worst.worst], f"{services}, as when {worst.words}")


def shown(found: Exploration, row: Row, anchor: str) -> Shown:
    """Return a row's first scenario with its drawings."""
    one = row.scenarios[0]
    touched = tuple((name, what) for name, what in cells_of(found, one) if what.tone != "ok")
    others = tuple(other.words for other in row.scenarios[1:])
    return Shown(anchor, one, touched, timeline(one), graphs(one), others, row.notes)


def cells_of(found: Exploration, one: Scenario) -> list[tuple[str, Cell]]:
    """Return each service with its cell."""
    return [(impact.service, cell(impact, found.outage_target_s)) for impact in one.impacts]


def height(line: Timeline) -> int:
    """Return how high its lanes are, in pixels."""
    return sum(22 * lane.rows + 30 for lane in line.lanes)


def curve(edge: Edge[int]) -> str:
    """Return an edge as SVG's path: curves from layer to layer, straight through one."""
    (x, y), *others = edge.points
    said = [f"M{x:.1f} {y:.1f}"]
    for to_x, to_y in others:
        middle = (x + to_x) / 2
        said.append(
            f"H{to_x:.1f}"
            if abs(to_y - y) < 0.5
            else f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
        )
        x, y = to_x, y if abs(to_y - y) < 0.5 else to_y
    return "".join(said)


def tip(edge: Edge[int]) -> str:
    """Return the arrow's head."""
    x, y = edge.points[-1]
    return f"M{x:.1f} {y:.1f}l-7 -3.5v7z"
