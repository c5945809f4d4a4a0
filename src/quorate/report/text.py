"""Text: the summary of a drill for terminals, mails and logs. Pure; plain strings of at most 96 columns, no colour."""

import textwrap

from quorate.drill.foretold import Foretold
from quorate.drill.outcome import Client, Outcome
from quorate.drill.verdict import Verdict
from quorate.report import wording

WIDTH = 96
BAR = 24
LINE = 72
SYMBOLS = {"fault": "✕", "fenced": "▼", "returned": "▲"}


def summary(outcome: Outcome) -> str:
    """Return the whole summary, ending in a newline."""
    blocks = [
        _wrapped(_first_line(outcome)),
        [*_wrapped(wording.story(outcome)), _where(outcome)],
        _verdict_lines(outcome),
        _timeline(outcome, outcome.client),
        _phases(outcome),
        _foretold(outcome.foretold) if outcome.foretold else [],
        _facts(outcome),
        [line for note in outcome.notes for line in _wrapped(f"note: {note}")],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _first_line(outcome: Outcome) -> str:
    target_s = outcome.about.target_s
    target = f" The target is {target_s:g} s." if target_s is not None else ""
    said = [f"{wording.waited(outcome)}{target}", wording.promised(outcome), wording.placed(outcome)]
    return f"{wording.VERDICTS[outcome.verdict].upper()}  {' '.join(filter(None, said))}"


def _where(outcome: Outcome) -> str:
    place = f", {outcome.about.place}" if outcome.about.place else ""
    return f"{outcome.about.cluster}{place}; {wording.when(outcome)}."


def _verdict_lines(outcome: Outcome) -> list[str]:
    """Why, where the first line does not say it already."""
    if len(outcome.clients) == 1:
        plain = outcome.verdict is Verdict.HELD and outcome.about.target_s is not None
        return [] if plain and not outcome.client.judgement.barred_s else _wrapped(outcome.client.reason)
    width = max(len(client.trace.name) for client in outcome.clients)
    lines: list[str] = []
    for client in outcome.clients:
        head = f"{client.trace.name:<{width}}  {client.verdict:<8}  "
        lines += textwrap.wrap(client.reason, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
    return lines


def _timeline(outcome: Outcome, client: Client) -> list[str]:
    """One column per slice of the run: a line where all attempts were answered, dots where one failed."""
    if not client.trace.attempts:
        return []
    begin_ns, end_ns = client.trace.started_ns, outcome.zero_ns + int(outcome.end_s * 1e9)
    slice_ns = max(1, (end_ns - begin_ns) / LINE)
    cells = [" "] * LINE
    for attempt in client.trace.attempts:
        i = max(0, min(LINE - 1, int((attempt.sent_ns - begin_ns) / slice_ns)))
        cells[i] = "·" if not attempt.ok or cells[i] == "·" else "━"
    marks = [" "] * LINE
    for flag in outcome.flags:
        i = int((flag.at_s * 1e9 + outcome.zero_ns - begin_ns) / slice_ns)
        if 0 <= i < LINE:
            marks[i] = SYMBOLS.get(flag.kind, "|")
    legend = "   ".join(
        f"{SYMBOLS.get(flag.kind, '|')} {flag.text}" + (f" {flag.at_s:.1f} s" if flag.at_s else "")
        for flag in outcome.flags
    )
    seen = f"{(end_ns - begin_ns) / 1e9:.0f} s"
    return [f"  {''.join(marks)}".rstrip(), f"  {''.join(cells)}  {seen}", f"  {legend}"]


def _phases(outcome: Outcome) -> list[str]:
    if not outcome.segments:
        return []
    width = max(len(segment.label) for segment in outcome.segments)
    lines = [f"  {'phase':<{width}}  {'reached':>8}  {'took':>7}  {'share':>5}"]
    for segment in outcome.segments:
        bar = "━" * round(segment.share * BAR)
        times = f"{segment.end_s:>6.2f} s  {segment.seconds:>5.2f} s  {segment.share * 100:>3.0f} %"
        lines.append(f"  {segment.label:<{width}}  {times}  {bar}".rstrip())
    return lines


def _foretold(foretold: Foretold) -> list[str]:
    """What explore had predicted: a sentence, and each step of its path beside the moment at which it was reached."""
    said = " ".join(filter(None, (foretold.reason, wording.rests_on(foretold))))
    lines = _wrapped(f"{wording.FORETOLD[foretold.agreement]}: {said}")
    if not foretold.rows:
        return lines
    width = max(len(row.label) for row in foretold.rows)
    lines.append(f"  {'foretold step':<{width}}  {'foretold':>9}  {'measured':>9}")
    times = ((row.label, wording.seconds(row.predicted_s), wording.seconds(row.measured_s)) for row in foretold.rows)
    return lines + [f"  {label:<{width}}  {predicted:>9}  {measured:>9}" for label, predicted, measured in times]


def _facts(outcome: Outcome) -> list[str]:
    rows = [(label, f"{value} ({remark})") for label, value, remark in wording.figures(outcome)]
    rows.append(("Versions", ", ".join(f"{name} {version}" for name, version in outcome.about.versions.items())))
    if outcome.about.repeat:
        rows.append(("Repeat", outcome.about.repeat[0]))
    width = max(len(label) for label, _ in rows)
    lines: list[str] = []
    for label, value in rows:
        indent = " " * (width + 4)
        lines += (
            textwrap.wrap(value, WIDTH, initial_indent=f"  {label:<{width}}  ", subsequent_indent=indent)
            if value
            else []
        )
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
