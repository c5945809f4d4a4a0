"""judging: recorded drills judged again, from their folders alone; the reports are written anew, records never.

A folder is that of a run (about.json), or that of a series, with one folder below it for each run.
"""

import json
from pathlib import Path

import click

from quorate.drill.history import NO_VALUE, read
from quorate.drill.outcome import Outcome, is_whole, judge_run
from quorate.drill.record import words
from quorate.drill.series import Plan, Run, Series
from quorate.drill.verdict import Verdict
from quorate.errors import UsageError
from quorate.report import files, text
from quorate.ui.drilling import table

ASIDE = "interrupted"


def judged(folder: Path) -> Verdict:
    """Judge what is in the folder, print what came of it, and return the verdict; UsageError where nothing is."""
    if (folder / "about.json").exists():
        outcome, page = judged_run(folder)
        click.echo(text.summary(outcome))
        click.echo(f"The page: {page}", err=True)
        return outcome.verdict
    runs = [below for below in sorted(folder.iterdir()) if (below / "about.json").exists()] if folder.is_dir() else []
    if not runs:
        what = "holds no run of a drill" if folder.is_dir() else "is no folder"
        raise UsageError(f"{words(folder)} {what}", "give the folder of a run (with about.json), or of several runs")
    series = Series(plan_of(folder), tuple(judged_below(run) for run in runs))
    page = files.write_series(folder, series)
    click.echo("\n".join(table(series.runs)))
    click.echo(f"The page: {page}", err=True)
    return series.verdict


def judged_run(folder: Path) -> tuple[Outcome, Path]:
    """Judge one run and write its reports; return the outcome and the path of the page."""
    outcome = judge_run(read(folder))
    return outcome, files.write(folder, outcome)


def judged_below(folder: Path) -> Run:
    """Judge one run of a series; one that cannot be judged says so, and does not keep the others from it."""
    try:
        return Run(words(folder.name), judged_run(folder)[0])
    except UsageError as error:
        return Run(words(folder.name), None, error.message)


def begun(folder: Path) -> Series:
    """Return what there is of a series that was interrupted: its runs up to the one that it was at.

    The record of that one is put aside, into `interrupted` below it. UsageError where no series was begun there.
    """
    plan = plan_of(folder)
    if not plan.faults:
        raise UsageError(f"{words(folder)} holds no series that could go on", "give a folder with suite.json")
    runs: list[Run] = []
    for below in sorted(below for below in folder.iterdir() if (below / "about.json").exists()):
        run = judged_below(below)
        if run.outcome is None or not is_whole(read(below)):
            (folder / ASIDE).mkdir(exist_ok=True)
            below.rename(folder / ASIDE / f"{below.name}-{below.stat().st_mtime_ns}")
            break
        runs.append(run)
    return Series(plan, tuple(runs))


def plan_of(folder: Path) -> Plan:
    """Return what the series was to be, as far as that can be read."""
    try:
        return Plan.parse(json.loads((folder / "suite.json").read_text(encoding="utf-8")))
    except (OSError, *NO_VALUE):
        return Plan()
