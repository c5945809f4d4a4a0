"""Explored text: an exploration for terminals, mails and logs, of at most 100 columns. Pure.

Lines are pieces with a tone each, which the terminal colours (ui); `plain` puts them together without colour. The
answer comes first, then the matrix, then each bad answer with how to see it again and what to change, then what was not
asked.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from quorate.explore.result import Exploration, Scenario, State
from quorate.report import explored_words as words
from quorate.report.explored_answers import NONE, Answers, changes, counted, room, years
from quorate.report.explored_matrix import BAD, COLUMNS_MAX, TONES, Cell, Matrix, Row, Tone, cell, matrix, together

WIDTH = 100
LABEL_MAX = 40
LABEL_MIN = 24
ROWS_MAX = 40
BAD_MAX = 12
MISSED: Mapping[str, Tone] = {"": "none", "certainly": "late", "perhaps": "doubt"}
YEARS_MAX = 10
PAIRS_MAX = 24
CELLS_MAX = 8
Piece = tuple[str, Tone | Literal["title", "soft"]]
Line = tuple[Piece, ...]


def plain(lines: Iterable[Line]) -> str:
    """Return the lines without colour, ending in a newline."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def report(found: Exploration, answers: Answers = NONE) -> list[Line]:
    """Return the whole report."""
    blocks = [
        [line for said in words.summary(found) for line in wrapped(said)],
        [*of_matrix(found, words.singles(found)), *legend(found)],
        list(of_pairs(found)),
        list(of_bad(found, answers)),
        list(of_year(answers)),
        list(of_room(answers)),
        list(of_limits(found)),
    ]
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += [(), *block] if lines else block
    return lines


def wrapped(
    text: str, indent: str = "", *, first: str | None = None, tone: Literal["soft", "none"] = "none"
) -> list[Line]:
    """Return a sentence in lines."""
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [((line, tone),) for line in lines]


def of_matrix(found: Exploration, scenarios: Sequence[Scenario]) -> Iterator[Line]:
    """Yield the matrix; of a large one only the rows in which something happens, the worst first; the rest counted."""
    made, widths, room = fitting(found, scenarios)
    rows = list(made.rows)
    if not rows:
        return
    kept = shown_of(rows)
    labels = min(LABEL_MAX, max(LABEL_MIN, room), max(len(row.label) for row in rows))
    yield from headings(made, labels, widths)
    for title, section in made.sections:
        shown = [row for row in section if id(row) in kept]
        if shown:
            yield ((title, "title"), (f"  {shown[0].kind}", "soft"))
        for row in shown:
            yield from row_lines(row, labels, widths)
    left = [row for row in rows if id(row) not in kept]
    if left:
        count = sum(len(row.scenarios) for row in left)
        yield (
            (
                f"and {words.number(count, 'failure')} more, none of them worse (all: -o PAGE.html, --format json)",
                "soft",
            ),
        )


def fitting(found: Exploration, scenarios: Sequence[Scenario]) -> tuple[Matrix, list[int], int]:
    """Return the matrix with the most in its columns that leaves room for labels, its columns' widths, and that room.

    Best is a column for each service, then one for each state with names, then with numbers alone.
    """
    for columns_max, named in ((COLUMNS_MAX, True), (0, True), (0, False)):
        made = matrix(found, scenarios, columns_max=columns_max, named=named)
        rows = list(made.rows)
        kept = shown_of(rows)
        widths = [
            max([len(name), *(len(row.cells[i].text) for row in rows if id(row) in kept)])
            for i, name in enumerate(made.columns)
        ]
        room = WIDTH - 4 - sum(width + 2 for width in widths)
        if room >= LABEL_MIN:
            break
    return made, widths, room


def shown_of(rows: Sequence[Row]) -> set[int]:
    """Return the ids of the rows that are shown: all, or of many the worst."""
    return set(map(id, rows if len(rows) <= ROWS_MAX else worst_first(rows)[:ROWS_MAX]))


def worst_first(rows: Sequence[Row]) -> list[Row]:
    """Sort rows by how many cells are bad, then by how many services notice."""

    def key(row: Row) -> tuple[int, ...]:
        tones = [one.tone for one in row.cells]
        return tuple(-tones.count(tone) for tone in ("twice", "down", "late", "doubt", "waited", "spare"))

    return sorted(rows, key=key)


def headings(made: Matrix, labels: int, widths: Sequence[int]) -> Iterator[Line]:
    """Yield the line with the names of the services."""
    names = "  ".join(name.ljust(width) for name, width in zip(made.columns, widths, strict=True))
    yield ((" " * (labels + 4), "none"), (names.rstrip(), "soft"))


def row_lines(row: Row, labels: int, widths: Sequence[int]) -> Iterator[Line]:
    """Yield a row, with lines for a label that is too long and for what is not exact."""
    label = textwrap.wrap(row.label, labels, break_on_hyphens=False) or [""]
    for line in label[:-1]:
        yield ((f"  {line}", "none"),)
    cells: list[Piece] = [(f"  {label[-1].ljust(labels)}", "none")]
    for one, width in zip(row.cells, widths, strict=True):
        cells += [("  ", "none"), (one.text.ljust(width), one.tone)]
    yield tuple(cells)
    for note in row.notes:
        yield from wrapped(note, " " * 4, tone="soft")


def legend(found: Exploration) -> Iterator[Line]:
    """Yield what the signs mean."""
    if said := words.legend(found):
        yield ()
        yield from wrapped(said, tone="soft")


def of_pairs(found: Exploration) -> Iterator[Line]:
    """Yield the pairs that do what neither failure does alone: by the kinds of failures, whichever comes first."""
    worse = words.beyond_alone(words.singles(found), words.pairs(found))
    if not worse:
        return
    kinds: dict[tuple[str, ...], list[Scenario]] = {}
    for one in worse:
        kinds.setdefault(tuple(sorted(words.kinds_of(one).split(" then "), key=words.place)), []).append(one)
    rows = sorted(kinds.items(), key=lambda row: (-max(map(gravity, row[1])), [words.place(kind) for kind in row[0]]))
    names = [" + ".join(map(words.short, kind)) for kind, _ in rows]
    width = max(map(len, names[:PAIRS_MAX]))
    yield (("Two failures, one after the other, that do what neither does alone", "title"),)
    yield ()
    for name, (_, several) in list(zip(names, rows, strict=True))[:PAIRS_MAX]:
        yield from pair_line(name.ljust(width), several)
    if len(rows) > PAIRS_MAX:
        left = sum(len(several) for _, several in rows[PAIRS_MAX:])
        yield ((f"  and {words.number(left, 'pair')} more, none of them worse (all: -o PAGE.html)", "soft"),)


def gravity(one: Scenario) -> int:
    """Return how bad its worst is, to be compared."""
    return words.ORDER.index(one.worst)


def pair_line(name: str, several: Sequence[Scenario]) -> Iterator[Line]:
    """Yield what pairs of some kinds do: "node lost + node lost    6  DOWN: site    n1, then n2"."""
    worst = max(several, key=gravity)
    example = (" and at once " if words.is_at_once(worst) else ", then ").join(
        words.part_of(failure) for failure in worst.failures
    )
    hit = words.listed(words.hit([one for one in several if one.worst is worst.worst], worst.worst), 3)
    text = "2 COPIES" if worst.worst is State.TWO_COPIES else "DOWN"
    tone = TONES[worst.worst]
    head = f"  {name}  {len(several):4}  "
    lines = wrapped(f"{hit}; as {example}", " " * (len(head) + len(text) + 2), first=f"{head}{text}: ")
    ((first, _),) = lines[0]
    yield ((head, "none"), (text, tone), (first[len(head) + len(text) :], "none"))
    yield from lines[1:]


def of_bad(found: Exploration, answers: Answers) -> Iterator[Line]:
    """Yield each bad answer: what happens, why, until when, what to change, how to see it again."""
    made, _, _ = fitting(found, words.singles(found))
    rows = [row for row in made.rows if row.is_bad]
    if not rows:
        return
    yield (("What to look at", "title"),)
    for row in worst_first(rows)[:BAD_MAX]:
        yield ()
        yield from of_answer(found, row, answers)
    if len(rows) > BAD_MAX:
        yield ()
        yield ((f"and {len(rows) - BAD_MAX} more (all: -o PAGE.html, --format json)", "soft"),)


def of_answer(found: Exploration, row: Row, answers: Answers) -> Iterator[Line]:
    """Yield one bad answer."""
    one = row.scenarios[0]
    more = f" (and {len(row.scenarios) - 1} more of its kind)" if len(row.scenarios) > 1 else ""
    yield from wrapped(f"{one.words}{more}", "  ")
    cells = [(i.service, made) for i in one.impacts if (made := cell(i, found.outage_target_s)).tone in BAD]
    several = together(cells)
    for services, made in several[:CELLS_MAX]:
        yield from answer_cell(words.listed(services), made)
    if len(several) > CELLS_MAX:
        yield ((f"    and {len(several) - CELLS_MAX} more services", "soft"),)
    for fix in changes(answers, [one.id], [service for service, _ in cells]):
        yield from wrapped(fix, " " * 12, first="    change: ")
    yield from command(one)


def answer_cell(services: str, shown: Cell) -> Iterator[Line]:
    """Yield what happens to services, and why."""
    head = f"    {shown.text}  "
    said = f"{services}: {shown.title}" if shown.title else services
    lines = wrapped(said, " " * len(head), first=head)
    ((text, _),) = lines[0]
    yield (("    ", "none"), (shown.text, shown.tone), (text[len(head) - 2 :], "none"))
    yield from lines[1:]


def command(one: Scenario) -> Iterator[Line]:
    """Yield the command lines that ask Pacemaker the same; they are not wrapped, so that they can be copied."""
    if one.replay:
        yield (("    to see it again, from what --save-cib cib.xml writes:", "soft"),)
        for line in one.replay.splitlines():
            yield ((f"      {line}", "none"),)


def of_year(answers: Answers) -> Iterator[Line]:
    """Yield the expected availability of each service, the worst first, with what it loses most by."""
    found = years(answers)
    if not found:
        return
    yield (("Expected in a year", "title"),)
    yield from wrapped(counted(answers), "  ", tone="soft")
    columns = zip(*((one.service, one.percent, one.away) for one in found), strict=True)
    widths = [max(map(len, column)) for column in columns]
    for one in found[:YEARS_MAX]:
        cells = [text.ljust(width) for text, width in zip((one.service, one.percent, one.away), widths, strict=True)]
        head = f"  {'  '.join(cells)}  "
        lines = wrapped("; ".join(one.shares), " " * len(head), first=head) or [((head, "none"),)]
        ((first, _),) = lines[0]
        tone = MISSED[one.missed]
        begin = len(cells[0]) + 4
        yield (
            (first[:begin], "none"),
            (first[begin : begin + len(cells[1])], tone),
            (first[begin + len(cells[1]) :], "none"),
        )
        yield from lines[1:]
    if len(found) > YEARS_MAX:
        yield ((f"  and {len(found) - YEARS_MAX} more services, which lose less", "soft"),)


def of_room(answers: Answers) -> Iterator[Line]:
    """Yield whether everything fits with one node lost."""
    if said := room(answers):
        yield (("With one node less", "title"),)
        for one in said:
            yield from wrapped(one, "    ", first="  - ")


def of_limits(found: Exploration) -> Iterator[Line]:
    """Yield what was understood in some way, and what was not asked."""
    for remark in found.remarks:
        yield from wrapped(f"note: {remark}", " " * 6, first="")
    if found.not_covered:
        yield (("Not covered", "title"),)
        for one in found.not_covered:
            yield from wrapped(one, "    ", first="  - ")
