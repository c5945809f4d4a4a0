"""How records of changes look on a terminal. Text out, nothing else; the newest last, where the prompt is."""

from collections.abc import Sequence
from textwrap import indent, shorten

import click

from quorate.observe.facts.change_records import ChangeRecord, RecordedChange

COLOURS = {"begun": "yellow", "done": "green", "failed": "red", "returned": "yellow"}
WORDS_MAX = 60


def show_changes(records: Sequence[ChangeRecord]) -> None:
    """Print one line per change."""
    if not records:
        click.echo("No changes are recorded.")
        return
    wide = max(len(record.who) for record in records)
    for record in records:
        state = click.style(record.state.ljust(8), fg=COLOURS.get(record.state, "red"))
        words = shorten(summary(record), WORDS_MAX, placeholder=" ...")
        click.echo(f"{record.id}  {state}  {record.who.ljust(wide)}  {record.what}: {words}")


def summary(record: ChangeRecord) -> str:
    """Return what a change was about: its changes but for the many files, or why it did not last."""
    if record.reason:
        return record.reason.splitlines()[0]
    words = list(dict.fromkeys(change.words for change in record.changes))
    return f"{len(record.changes)} changes: {'; '.join(reversed(words))}" if words else "no changes"


def show_change(record: ChangeRecord) -> None:
    """Print one change in full."""
    rows = (
        ("change", f"{record.id}, {record.what} {record.cluster}, {record.state}"),
        ("by", f"{record.who}, quorate {record.quorate}"),
        ("file", f"{record.file} (SHA-256 {record.digest})" if record.digest else ""),
        ("begun", record.began),
        ("ended", record.ended or f"not known; it was at: {record.stage or 'its beginning'}"),
        ("resumes", record.resumes),
        ("why", record.reason),
        ("foretold", "\n".join(record.foretold)),
    )
    for title, text in rows:
        if text:
            first, *more = text.splitlines()
            click.echo(f"{click.style(title.ljust(9), dim=True)} {first}")
            for line in more:
                click.echo(f"{'':9} {line}")
    told: dict[str, list[RecordedChange]] = {}
    for change in record.changes:
        told.setdefault(change.words, []).append(change)
    for words, (same, *others) in told.items():
        hosts = (change.host for change in (same, *others))
        effect = "" if same.effect == "nothing" else click.style(f"  [{same.effect}]", fg="yellow")
        click.echo(f"  {', '.join(hosts)}: {words}{effect}")
        if same.difference:
            click.echo(indent(same.difference.rstrip(), "      "))
