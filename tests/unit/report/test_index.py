"""The page of a series: complete, escaped, without anything from elsewhere."""

import re
from dataclasses import replace

import pytest
from test_reports import incomplete, read_page

from quorate.drill.history import Recording
from quorate.drill.outcome import judge_run
from quorate.drill.series import Plan, Run, Series
from quorate.report.index import headline, index


def series(recording: Recording) -> Series:
    wrote = judge_run(incomplete(recording)["written-lost"])
    about = replace(recording.about, title="<b>&", cluster="a&b", target_s=0.5)
    runs = (
        Run("01-power-cut", judge_run(recording)),
        Run("02 x?", judge_run(replace(recording, about=about))),
        Run("03-kill-server", wrote),
        Run("04-<i>", None, "no fault was injected"),
    )
    return Series(Plan(faults=("power-cut",) * 9, seed=1, repeat="quorate drill --seed 1", ended="interrupted"), runs)


def test_the_page_is_whole_and_leads_to_every_run(recording: Recording) -> None:
    page = index(series(recording))
    read_page(page)
    assert not re.search(r"https?://", page)
    assert 'href="02%20x%3F/report.html"' in page
    assert "04-&lt;i&gt;" in page
    assert "&lt;b&gt;&amp;" in page
    assert "quorate drill --seed 1" in page
    assert "It ended early: interrupted." in page


def test_what_was_foretold_stands_beside_what_was_measured(recording: Recording) -> None:
    names = ("foretold", "foretold-otherwise", "not-foretold")
    runs = tuple(Run(name, judge_run(incomplete(recording)[name])) for name in names)
    page = index(Series(Plan(), (*runs, Run("04", None, "was cut off"))))
    read_page(page)
    cells = re.findall(r'<td class="n foretold (\w+)" title="[^"]+">([^<]+)</td>', page)
    assert cells == [("right", "≤ 60.00 s"), ("wrong", "4.23 s"), ("none", "–")]
    assert "foretold" not in index(series(recording)).split("</style>")[1].lower()


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "No drill came to its end."), (1, "The drill held."), (4, "Of 4 drills: 2 violated, 1 could")],
)
def test_the_headline(recording: Recording, number: int, words: str) -> None:
    whole = series(recording)
    assert headline(replace(whole, runs=whole.runs[:number])).startswith(words)
