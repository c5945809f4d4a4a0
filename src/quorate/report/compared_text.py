"""Compared text: what got better or worse between two explorations, in lines as in explored_text.py. Pure."""

from collections.abc import Iterator, Sequence

from quorate.explore.compare import Change, Comparison
from quorate.report import explored_words as words
from quorate.report.explored_matrix import Tone, cell
from quorate.report.explored_text import Line, wrapped

CHANGES_MAX = 40


def report(found: Comparison, old: str, target_s: float | None) -> list[Line]:
    """Return the whole comparison. old: the name of what it is compared with."""
    lines: list[Line] = [((f"Compared with {old}", "title"),), *wrapped(said(found), "  ")]
    for title, tone, changes in (("worse", "down", found.worse), ("better", "ok", found.better)):
        lines += section(title, tone, changes, target_s)  # type: ignore[arg-type]
    for title, names in (
        ("services that are no longer there", found.services_gone),
        ("services that were not there", found.services_new),
        ("failures that can no longer happen", found.gone),
        ("failures that could not happen", found.new),
    ):
        if names:
            lines += wrapped(f"{title}: {words.listed(names, 8)}", "    ", first="  ")
    return lines


def said(found: Comparison) -> str:
    """Return the comparison in a sentence."""
    if not found.changes:
        return f"nothing is otherwise ({found.same} answers are the same)"
    return f"{len(found.worse)} answers got worse, {len(found.better)} better, {found.same} are the same"


def section(title: str, tone: Tone, changes: Sequence[Change], target_s: float | None) -> Iterator[Line]:
    """Yield a line for each change; services that change alike in one failure share it."""
    if not changes:
        return
    yield ()
    yield ((f"  {title}", tone),)
    rows = list(folded(changes, target_s))
    widths = [min(56, max(len(row[i]) for row in rows)) for i in (0, 1)]
    for when, services, was, now in rows[:CHANGES_MAX]:
        yield ((f"    {when.ljust(widths[0])}  {services.ljust(widths[1])}  {was} → {now}", "none"),)
    if len(rows) > CHANGES_MAX:
        yield ((f"    and {len(rows) - CHANGES_MAX} more (all: --format json)", "soft"),)


def folded(changes: Sequence[Change], target_s: float | None) -> Iterator[tuple[str, str, str, str]]:
    """Yield (failure, services, before, after)."""
    same: dict[tuple[str, str, str], list[str]] = {}
    for one in changes:
        key = one.words, cell(one.before, target_s).text, cell(one.after, target_s).text
        same.setdefault(key, []).append(one.service)
    for (when, was, now), services in same.items():
        yield when, words.listed(services, 3), was, now
