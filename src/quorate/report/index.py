"""Index: a series of drills as one self-contained page, with the look of a drill's own page. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median

from quorate import __version__
from quorate.drill.foretold import Agreement
from quorate.drill.outcome import Outcome
from quorate.drill.series import Run, Series, by_fault
from quorate.drill.verdict import Verdict
from quorate.report import wording
from quorate.report.html import SYMBOLS, environment, style


def index(series: Series) -> str:
    """Return the whole page. Links lead to the runs' own pages, in folders beside it."""
    outcomes = series.outcomes
    longest = max((s for one in outcomes if (s := one.client.judgement.outage_s) is not None), default=0)
    text: str = (
        environment()
        .get_template("index.html.j2")
        .render(
            series=series,
            about=outcomes[0].about if outcomes else None,
            when=wording.when(outcomes[0]) if outcomes else "",
            verdict=series.verdict.value,
            verdict_word=wording.VERDICTS[series.verdict],
            verdict_symbol=SYMBOLS[series.verdict],
            headline=headline(series),
            reason=reason(series),
            figures=figures(series),
            runs=[row(run, longest) for run in series.runs],
            faults=by_fault(outcomes) if len({one.about.fault for one in outcomes}) < len(outcomes) else (),
            foretelling=any(one.foretold for one in outcomes),
            writing=any(one.writes for one in outcomes),
            targets=[f"{target:g} s" for target in sorted({one.about.target_s or 0 for one in outcomes}) if target],
            version=__version__,
            style=style(),
        )
    )
    return text


def headline(series: Series) -> str:
    """Return what became of it all, in a sentence."""
    number = len(series.runs)
    drills = "drill" if number == 1 else "drills"
    bad = [
        f"{count} {words}"
        for verdict, words in ((Verdict.VIOLATED, "violated"), (Verdict.UNKNOWN, "could not be judged"))
        if (count := series.count(verdict))
    ]
    if not number:
        return "No drill came to its end."
    if not bad:
        return "The drill held." if number == 1 else f"All {number} {drills} held."
    return f"Of {number} {drills}: {', '.join(bad)}."


def reason(series: Series) -> str:
    """Return why it ended early, "" where it did not."""
    if series.plan.ended:
        return f"It ended early: {series.plan.ended}."
    return f"{series.left} more were planned." if series.left else ""


def figures(series: Series) -> list[tuple[str, str, str]]:
    """Return the key figures: (label, value, remark)."""
    outcomes = series.outcomes
    measured = [(took, one) for one in outcomes if (took := one.client.judgement.outage_s) is not None]
    rows = [("Held", str(series.count(Verdict.HELD)), f"of {len(series.runs)} runs")]
    if measured:
        longest_s, which = max(measured, key=lambda pair: pair[0])
        rows.append(("Longest outage", wording.seconds(longest_s), which.about.fault))
        rows.append(("Median outage", wording.seconds(median(took for took, _ in measured)), "of all runs"))
    return rows + written(outcomes)


def written(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str]]:
    """Return the figures of what clients wrote, none where they did not."""
    writes = [writes for one in outcomes for writes in one.writes]
    kinds = dict.fromkeys(one.kept.many for one in writes)
    acknowledged = ", ".join(
        f"{sum(one.acknowledged for one in writes if one.kept.many == many)} acknowledged {many}" for many in kinds
    )
    return [("Lost", str(sum(len(one.lost) for one in writes)), f"of {acknowledged}")] if writes else []


def row(run: Run, longest_s: float) -> Mapping[str, object]:
    """Return one line of the table: what it says, and how long its bar is, in percent of the longest outage."""
    outcome, verdict = run.outcome, run.verdict
    shown = {
        "folder": run.folder,
        "unjudged": run.unjudged,
        "verdict": verdict.value,
        "word": wording.VERDICTS[verdict],
        "symbol": SYMBOLS[verdict],
    }
    if outcome is None:
        return shown
    outage_s, writes = outcome.client.judgement.outage_s, outcome.writes
    lost, acknowledged = sum(len(one.lost) for one in writes), sum(one.acknowledged for one in writes)
    return {
        **shown,
        "fault": outcome.about.fault,
        "title": outcome.about.title,
        "node": outcome.about.node,
        "outage": wording.seconds(outage_s),
        "bar": round(100 * (outage_s or 0) / longest_s, 2) if longest_s else 0,
        "foretold": _foretold(outcome),
        "lost": f"{lost} of {acknowledged}" if writes else "–",
    }


def _foretold(outcome: Outcome) -> tuple[str, str, str]:
    """Return what was predicted, in a word or two, the class of how it fared, and the whole sentence."""
    foretold = outcome.foretold
    if foretold is None or foretold.prediction.impact is None:
        return "–", "none", foretold.reason if foretold else ""
    impact = foretold.prediction.impact
    most = "≤ " if impact.interruption and impact.interruption.basis == "bound" else ""
    length = most + wording.seconds(impact.interruption.seconds) if impact.interruption else str(impact.state)
    wrong = foretold.agreement in {Agreement.LENGTH, Agreement.STATE}
    return length, "wrong" if wrong else "right", foretold.reason
