"""explored: how an exploration looks on a terminal, and how far it has come. Text out; colours honour NO_COLOR."""

import sys
import textwrap
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from quorate.explore.compare import Comparison
from quorate.explore.result import Exploration
from quorate.report import compared_text, explored_html, explored_json, explored_text, explored_words
from quorate.report.explored_answers import Answers
from quorate.report.explored_text import Line
from quorate.ui.terminal import show_json

INTERRUPTED = 130
EXIT_CODES: Mapping[explored_words.Verdict, int] = {"held": 0, "violated": 1, "unknown": 3}

VERDICTS: Mapping[explored_words.Verdict, tuple[str, str]] = {
    "held": ("held", "green"),
    "violated": ("violated", "red"),
    "unknown": ("unknown", "yellow"),
}
STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True},
    "soft": {"dim": True},
    "ok": {"fg": "green"},
    "spare": {"fg": "cyan"},
    "waited": {"fg": "yellow"},
    "doubt": {"fg": "yellow"},
    "late": {"fg": "red"},
    "down": {"fg": "red", "bold": True},
    "twice": {"fg": "magenta", "bold": True},
}


@dataclass(frozen=True, slots=True)
class Known:
    """What was found, and what follows from it. ended_early: it was interrupted, and is not all there is."""

    found: Exploration
    answers: Answers
    ended_early: bool = False

    @property
    def exit_code(self) -> int:
        """What the command ends with."""
        return INTERRUPTED if self.ended_early else EXIT_CODES[explored_words.verdict(self.found, self.answers)]


def show_known(known: Known, *, form: str, page: str | None) -> None:
    """Print what was found, and write the page where one is wanted."""
    if page:
        Path(page).write_text(explored_html.page(known.found, known.answers), encoding="utf-8")
    if form == "text":
        show(explored_text.report(known.found, known.answers))
        reason = explored_words.reason(known.found, known.answers)
        word, colour = VERDICTS[explored_words.verdict(known.found, known.answers)]
        said = textwrap.fill(f"{known.found.subject}: {word}. {reason}", explored_text.WIDTH)
        click.echo("\n" + said.replace(f": {word}.", f": {click.style(word, fg=colour, bold=True)}.", 1))
    if page:
        click.echo(f"The page: {page}", err=True)


def show_compared(known: Known, compared: Comparison, old: str) -> None:
    """Print what got better or worse."""
    click.echo()
    show(compared_text.report(compared, old, known.found.outage_target_s))


def show_as_json(known: Known, compared: Comparison | None) -> None:
    """Print it all as JSON."""
    data = explored_json.to_json(known.found, known.answers)
    show_json(data | ({"comparison": explored_json.plain(compared)} if compared else {}))


def show(lines: Iterable[Line], *, err: bool = False) -> None:
    """Print lines, each piece in the colour of its tone."""
    for line in lines:
        click.echo("".join(coloured(text, tone) for text, tone in line).rstrip(), err=err)


def coloured(text: str, tone: str) -> str:
    """Return a piece in its colour; the spaces that pad it stay plain."""
    style = STYLES.get(tone)
    bare = text.rstrip()
    return click.style(bare, **style) + text[len(bare) :] if style and bare else text


class Counting:
    """How many scenarios are known, on stderr: with rate and time left on a terminal, else not at all.

    A context manager; called with (known, of how many).
    """

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.known, self.total = 0, 0
        self._bar = Progress(
            TextColumn("exploring"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("exploring", total=None, rate="")

    @property
    def ended_early(self) -> bool:
        """Whether it ended before all was known: somebody interrupted it."""
        return self.known < self.total

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def __call__(self, known: int, total: int) -> None:
        """Say how many are known."""
        self.known, self.total = known, total
        rate = known / max(time.monotonic() - self.begun, 1e-3)
        self._bar.update(self._task, completed=known, total=total, rate=f"{rate:.0f}/s")
