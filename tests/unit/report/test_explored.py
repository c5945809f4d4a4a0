"""Explorations as text, page and data: the sample of tests/data/explore, byte by byte where that is possible.

QUORATE_GOLDEN=write makes the golden texts anew.
"""

import json
import os
import re
import runpy
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator

from quorate.errors import UsageError
from quorate.explore.result import Event, Exploration, Figure, Impact, Scenario, State
from quorate.report import explored_words as words
from quorate.report.explored_html import grid, page
from quorate.report.explored_json import parse, to_json
from quorate.report.explored_matrix import Cell, cell, each_its_own, matrix, together
from quorate.report.explored_text import WIDTH, plain, report
from quorate.report.explored_time import graphs, timeline

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "explore"
SAMPLE = SimpleNamespace(**runpy.run_path(str(DATA / "sample.py")))
SCHEMA = json.loads((ROOT / "docs" / "reference" / "exploration.schema.json").read_text())
CASES: dict[str, Exploration] = {
    "exploration": SAMPLE.exploration(),
    "pairs": SAMPLE.pairs(),
    "wide": SAMPLE.wide(),
    "huge": SAMPLE.wide(300, 16),
    "nothing": replace(SAMPLE.exploration(), scenarios=(), services=(), nodes=(), total=0),
}
ANSWERS = {"exploration": SAMPLE.answers()}
VOID = {"meta", "br", "link", "img", "hr"}


@pytest.fixture(autouse=True)
def no_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The golden texts name kinds of failures by their ids: titles are told by failures/, and change there."""
    monkeypatch.setattr(words, "title", words.short)


class Tree(HTMLParser):
    """Is it one document, closed properly, and where do its links lead?"""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.ids += [value for key in ("id",) if (value := given.get(key))]
        self.links += [value for key in ("href", "src") if (value := given.get(key))]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tree(text: str) -> Tree:
    found = Tree()
    found.feed(text)
    assert found.open == []
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_the_golden_one(name: str) -> None:
    golden, text = DATA / f"{name}.txt", plain(report(CASES[name], ANSWERS.get(name, {})))
    if os.environ.get("QUORATE_GOLDEN") == "write":
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("name", CASES)
def test_the_text_fits_a_terminal(name: str) -> None:
    lines = plain(report(CASES[name], ANSWERS.get(name, {}))).splitlines()
    assert [line for line in lines if len(line) > WIDTH and "crm_simulate " not in line] == []
    assert len(lines) < 150


@pytest.mark.parametrize("name", CASES)
def test_the_page_is_one_file_whose_links_lead_somewhere(name: str) -> None:
    text = page(CASES[name], ANSWERS.get(name, {}))
    found = tree(text)
    assert "script" not in found.tags
    assert all(link.startswith("#") for link in found.links)
    assert {link[1:] for link in found.links} <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert not re.search(r"https?://|url\(|@import", text)


def test_a_page_of_a_large_cluster_stays_small() -> None:
    assert len(page(CASES["huge"])) < 1_500_000


def test_the_page_draws_what_pacemaker_does() -> None:
    text = page(CASES["exploration"])
    for said in ("start site-apache", "fence n1", "detect n1", "database ~8.1", "DOWN", "2 COPIES", "Not covered"):
        assert said in text.replace("\N{NO-BREAK SPACE}", " ")
    assert text.count('class="graph"') == 1  # one scenario has its events
    assert "crm_simulate -S -x rest.xml -f feed-a -O 1.xml" in text


def test_what_comes_from_a_cluster_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    impact = Impact(evil, State.DOWN, why=evil, until=evil)
    one = Scenario(f"node-lost:{evil}", (f"node-lost:{evil}",), evil, (impact,), replay=evil, approximate=evil)
    found = replace(CASES["exploration"], subject=evil, services=(evil,), scenarios=(one,), total=1, remarks=(evil,))
    assert "script" not in tree(page(found)).tags


@pytest.mark.parametrize("name", CASES)
def test_the_data_keep_their_schema_and_come_back(name: str) -> None:
    found = CASES[name]
    data = json.loads(json.dumps(to_json(found, ANSWERS.get(name, {}))))
    Draft202012Validator(SCHEMA).validate(data)
    back = parse(data)
    assert [one.id for one in back.scenarios] == [one.id for one in found.scenarios]
    for one, other in zip(back.scenarios, found.scenarios, strict=True):
        assert one.events == other.events
        touched = [impact for impact in other.impacts if impact.state is not State.UNAFFECTED]
        assert [impact for impact in one.impacts if impact.state is not State.UNAFFECTED] == touched
        assert [impact.service for impact in one.impacts] == list(found.services)
    assert replace(back, scenarios=()) == replace(found, scenarios=())


def test_the_schema_would_say_it() -> None:
    data = json.loads(json.dumps(to_json(CASES["exploration"])))
    data["scenarios"][0]["impacts"][0]["state"] = "fine"
    assert not Draft202012Validator(SCHEMA).is_valid(data)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"format": "quorate exploration 2"},
        {"format": "quorate exploration 1"},
        {"format": "quorate exploration 1", "services": ["a"], "scenarios": [{"impacts": [{"service": "a"}]}]},
        {"format": "quorate exploration 1", "services": 3, "scenarios": 4},
    ],
)
def test_other_data_are_refused(data: object) -> None:
    with pytest.raises(UsageError):
        parse(data)


def test_equal_failures_are_one_row() -> None:
    made = matrix(CASES["exploration"], words.singles(CASES["exploration"]))
    labels = {row.label: [cell.text for cell in row.cells] for row in made.rows}
    assert labels["ipmi-n2 and ipmi-n3"] == ["ok", "ok"]
    assert labels["n1"] == ["~4.5 s n2", "~8.1 s n2*"]
    assert labels["feed-a"] == ["DOWN", "2 COPIES"]


def test_pairs_in_both_orders_are_named_once() -> None:
    found = CASES["pairs"]
    worse = words.beyond_alone(words.singles(found), words.pairs(found))
    made = matrix(found, worse)
    assert [row.label for row in made.rows] == ["n1 ↔ n2, n1 ↔ n3 and n2 ↔ n3"]


def test_what_comes_at_once_is_told_from_what_comes_after() -> None:
    failures = ("node-lost:n1", "node-lost:n2")
    once = Scenario("node-lost:n1+node-lost:n2", failures, "n1 and n2 are lost at once", ())
    after = Scenario("node-lost:n1 then node-lost:n2", failures, "n1 is lost, then n2", ())
    made = matrix(CASES["exploration"], [once, after])
    assert [row.label for row in made.rows] == ["n1 + n2 and n1 → n2"]


def scenario(*impacts: Impact, failures: tuple[str, ...] = ("node-lost:n1",)) -> Scenario:
    return Scenario(" then ".join(failures), failures, "n1 is lost", impacts)


def explored(*scenarios: Scenario, target_s: float | None = 10, total: int = 1) -> Exploration:
    return replace(
        CASES["exploration"], services=("a",), scenarios=scenarios, total=total, outage_target_s=target_s, depth=2
    )


def waited(seconds: float, basis: str) -> Impact:
    return Impact("a", State.INTERRUPTED, Figure(seconds, basis), after=("n2",))  # type: ignore[arg-type]


DOWN, TWICE = Impact("a", State.DOWN), Impact("a", State.TWO_COPIES)
TWO = ("node-lost:n1", "node-lost:n2")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (explored(scenario(waited(9, "default"))), "held"),
        (explored(scenario(waited(11, "default"))), "violated"),
        (explored(scenario(waited(11, "bound"))), "unknown"),
        (explored(scenario(waited(11, "bound")), target_s=None), "held"),
        (explored(scenario(DOWN)), "violated"),
        (explored(scenario(DOWN), target_s=None), "held"),
        (explored(scenario(TWICE), target_s=None), "violated"),
        (explored(scenario(DOWN, failures=TWO)), "held"),
        (explored(scenario(TWICE, failures=TWO)), "violated"),
        (explored(scenario(waited(9, "default")), total=2), "unknown"),
    ],
)
def test_the_verdict_counts_single_failures_and_every_second_copy(found: Exploration, verdict: str) -> None:
    assert words.verdict(found) == verdict
    assert words.reason(found)


def test_availability_below_its_target_violates_unless_only_time_outs_are_known() -> None:
    found = replace(CASES["exploration"], scenarios=(), services=("site", "database"), total=0)
    answers = SAMPLE.answers()
    assert words.verdict(found) == "held"
    assert words.verdict(found, answers) == "violated"
    assert words.reason(found, answers) == "database is expected to be there for less than 99.99 % of a year."
    bound = tuple(replace(one, certain=False) for one in answers["availability"].expected)
    answers["availability"] = replace(answers["availability"], expected=bound)
    assert words.verdict(found, answers) == "unknown"


def test_what_hits_every_node_alike_violates_nothing() -> None:
    one = scenario(DOWN, failures=("resource-failed-everywhere:a",))
    assert words.verdict(explored(one)) == "held"
    assert "What to look at" not in plain(report(explored(one)))


def test_each_bad_answer_says_what_to_change() -> None:
    fix = "give n1 a second fencing level that does not fail with feed-a, besides ipmi-n1"
    assert fix in " ".join(plain(report(CASES["exploration"], SAMPLE.answers())).split())
    assert fix in page(CASES["exploration"], SAMPLE.answers())
    assert fix in json.dumps(to_json(CASES["exploration"], SAMPLE.answers()))


def test_what_takes_no_time_is_left_out_of_a_graph_and_waited_through() -> None:
    events = (
        Event(0, 1, "detect", "n1", "", -1, -1, (), "default"),
        Event(1, 2, "stop", "a", "n1", 0, 1, (), "default"),
        Event(2, 2, "stopped", "g", "", 0, 2, (1,), "default"),
        Event(2, 3, "start", "a", "n2", 0, 3, (2,), "default"),
        Event(3, 3, "monitor", "a", "n2", 0, 4, (3,), "default"),
    )
    [graph] = graphs(replace(scenario(DOWN), events=events))
    assert sorted(graph.labels) == [1, 3]
    assert [(edge.begin, edge.end) for edge in graph.drawing.edges] == [(1, 3)]


def test_actions_at_one_time_lie_below_each_other() -> None:
    made = timeline(CASES["exploration"].scenarios[0])
    assert made is not None
    assert [lane.name for lane in made.lanes] == ["", "n1", "n2"]
    bars = made.lanes[2].bars
    assert len({(bar.row, bar.x) for bar in bars}) == len(bars) == 5
    assert [outage[0] for outage in made.outages] == ["site", "database"]


def test_failures_of_one_service_each_share_a_row() -> None:
    found = CASES["wide"]
    made = each_its_own(matrix(found, words.singles(found), columns_max=80, by_tone=True))
    rows = [row for row in made.rows if row.kind == "resource-fails"]
    assert [row.label for row in rows] == ["60 failures, each of one service"]
    assert {cell.tone for cell in rows[0].cells} == {"doubt"}
    assert len(rows[0].scenarios) == 60


def test_too_many_answers_are_told_without_their_nodes() -> None:
    cells = [(f"s{i}", Cell(f"~4.5 s n{i}", "waited", f"then s{i} starts")) for i in range(9)]
    assert together(cells) == [(tuple(service for service, _ in cells), Cell("~4.5 s", "waited"))]
    assert together(cells[:2]) == [(("s0",), cells[0][1]), (("s1",), cells[1][1])]
    down = [(f"s{i}", Cell("DOWN", "down", f"s{i}")) for i in range(9)]
    assert len(together(down)) == 9


def test_pairs_are_counted_by_their_kinds() -> None:
    found = CASES["pairs"]
    made = grid(words.beyond_alone(words.singles(found), words.pairs(found)))
    assert made.columns == ("node lost",)
    [(name, [cell])] = made.rows
    assert (name, cell.text, cell.tone) == ("node lost", "6", "down")


def test_times_are_as_exact_as_is_of_use() -> None:
    said = [words.seconds(value) for value in (0.04, 3.94, 59.96, 75, 700, 9000)]
    assert said == ["0.0 s", "3.9 s", "60.0 s", "75 s", "12 min", "2 h"]


def test_a_matrix_that_is_too_wide_for_a_terminal_gives_up_names_then_columns() -> None:
    """Cells of many services, of which some are interrupted and two are named, left no room for labels once."""
    names = tuple(f"service-number-{i}" for i in range(6))
    states = (State.INTERRUPTED, State.INTERRUPTED, State.DEGRADED, State.DEGRADED, State.DOWN, State.DOWN)
    impacts = tuple(Impact(n, state, Figure(3.1, "bound")) for n, state in zip(names, states, strict=True))
    scenario = Scenario("node-lost:n1", ("node-lost:n1",), "n1 is lost", impacts)
    found = Exploration(
        subject="wide", nodes=("n1",), services=names, depth=1, scheduler="", scenarios=(scenario,), total=1
    )
    lines = plain(report(found)).splitlines()
    assert max(map(len, lines)) <= 100
    assert any(line.split()[:4] == ["n1", "0", "2", "2"] for line in lines)


def test_where_several_servers_run_it_a_cell_names_none_of_them() -> None:
    impact = Impact("api", State.INTERRUPTED, Figure(3.1, "bound"), ("n1", "n2", "n3"), ("n2", "n3"))
    assert cell(impact, None).text == "≤3.1 s"
    assert cell(replace(impact, after=("n2",)), None).text == "≤3.1 s n2"
