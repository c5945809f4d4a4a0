"""HTML: a drill as one self-contained page: no script, no font, no picture from elsewhere. Pure.

Drawings are inline SVG in percent of the page's width, so the page fits a phone, a screen and A4; colours follow the
reader's light or dark preference. Everything that comes from a run is escaped.
"""

import re
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from quorate import __version__
from quorate.drill.outcome import Outcome
from quorate.drill.phases import Step
from quorate.drill.verdict import Verdict
from quorate.report import timeline, wording

SYMBOLS = {Verdict.HELD: "✓", Verdict.VIOLATED: "✕", Verdict.UNKNOWN: "?"}


@cache
def environment() -> Environment:
    """Return where templates are found, compiled once, and the filters that they use; everything is escaped."""
    made = Environment(
        loader=PackageLoader("quorate.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["seconds"] = wording.seconds
    made.filters["unbroken"] = lambda text: re.sub(r"(?<=\d) (?=s\b|ms\b)", "\N{NO-BREAK SPACE}", text)
    return made


def style() -> str:
    """Return the style sheet that all pages have in them."""
    return (resources.files("quorate.report") / "templates" / "drill.css").read_text(encoding="utf-8")


def page(outcome: Outcome) -> str:
    """Return the whole page."""
    template = environment().get_template("drill.html.j2")
    text: str = template.render(
        outcome=outcome,
        about=outcome.about,
        verdict=outcome.verdict.value,
        verdict_word=wording.VERDICTS[outcome.verdict],
        verdict_symbol=SYMBOLS[outcome.verdict],
        headline=wording.headline(outcome),
        story=wording.story(outcome),
        when=wording.when(outcome),
        figures=wording.figures(outcome),
        measured=wording.measured(outcome.client),
        observed=wording.observed(outcome.places) if outcome.places else "",
        overview=timeline.overview(outcome),
        zoom=timeline.zoom(outcome),
        phases=[(segment, wording.meaning(segment), timeline.FAMILIES[segment.step]) for segment in outcome.segments],
        foretold=outcome.foretold,
        foretold_word=wording.FORETOLD[outcome.foretold.agreement] if outcome.foretold else "",
        rests_on=wording.rests_on(outcome.foretold) if outcome.foretold else "",
        bases=wording.BASES,
        foretelling=len(outcome.clients) > 1 and any(client.foretold for client in outcome.clients),
        evidence=wording.evidence(outcome),
        answered_s=outcome.phases.at(Step.FIRST_ANSWER),
        version=__version__,
        style=style(),
    )
    return text
