"""Reports of the sample drill: the text byte by byte, the page for what it must and must not hold."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from quorate.drill.history import Recording
from quorate.drill.outcome import Outcome, judge_run
from quorate.drill.outcome_json import to_json
from quorate.drill.prediction import Prediction
from quorate.drill.record import Moment
from quorate.drill.sightings import Look, Marker, Watch
from quorate.report.files import write
from quorate.report.html import page
from quorate.report.text import summary

GOLDEN = Path(__file__).parents[2] / "data" / "drill"
LESSER = [
    "never-back",
    "never-steady",
    "unnoticed",
    "no-journals",
    "two-clients",
    "written",
    "written-lost",
    "split-brain",
    "one-place",
    "foretold",
    "foretold-otherwise",
    "not-foretold",
]
VOID = {"meta", "br", "link", "img", "hr"}


def incomplete(recording: Recording) -> dict[str, Recording]:
    """Runs that are less pleasant than the sample, by name."""
    trace, about = recording.traces[0], recording.about
    cut = tuple(one for one in trace.attempts if one.n < 600)
    never = tuple(replace(one, result="refused", node="") for one in trace.attempts)
    quiet = tuple(replace(one, result="ok", done_ns=one.sent_ns + 1000, node="") for one in trace.attempts)
    ended = replace(trace, ended=None, ended_ns=None, cpu_s=None)
    first_bad = next(one.n for one in trace.attempts if not one.ok)
    wrote = [replace(one, result="unknown" if one.n == first_bad else one.result) for one in trace.attempts]
    writing = replace(trace, probe="sql", target="10.77.1.100:3306", in_flight_max=1, attempts=tuple(wrote))
    rows = tuple(one.n for one in wrote if one.result in {"ok", "unknown"})
    killed = replace(about, node_leaves=False, title="The server on n1 was killed", remarks=("Seconds are noisy.",))
    zero_ns = recording.events[1].at_ns
    gone = (*watch(zero_ns, -4, 0, held_s=(-4, 0)), *watch(zero_ns, 14, 28, boot="b"))
    two = {"n1": watch(zero_ns, -4, 28, held_s=(-4, 11)), "n2": watch(zero_ns, -4, 28, held_s=(5.2, 28))}
    one = {"n1": gone, "n2": two["n2"], "n3": watch(zero_ns, -4, 28)}
    return {
        "foretold": replace(recording, predictions={"web": foretold("a-bound-may-be-far-above")}),
        "foretold-otherwise": replace(recording, predictions={"web": foretold("longer-than-the-margin")}),
        "not-foretold": replace(recording, predictions={"web": foretold("not-covered")}),
        "split-brain": replace(recording, places={**two, "n3": one["n3"]}),
        "one-place": replace(recording, places=one),
        "never-back": replace(recording, traces=(replace(ended, attempts=cut),), about=replace(about, target_s=2)),
        "never-steady": replace(recording, traces=(replace(trace, attempts=never),)),
        "unnoticed": replace(recording, traces=(replace(trace, attempts=quiet),)),
        "no-journals": replace(recording, journals={}, events=(*recording.events[:2], recording.events[-1])),
        "two-clients": replace(recording, traces=(trace, replace(trace, name="api"))),
        "written": replace(recording, traces=(writing,), rows={"web": (rows, rows)}),
        "written-lost": replace(recording, about=killed, traces=(writing,), rows={"web": (rows[3:], rows[3:])}),
        "asked-nothing": replace(recording, traces=(replace(ended, attempts=()),)),
    }


def foretold(case: str) -> Prediction:
    """The prediction of a case in tests/data/foretold."""
    value = json.loads((GOLDEN.parent / "foretold" / f"{case}.json").read_text(encoding="utf-8"))
    return Prediction.parse(value["prediction"])


ADDRESS = Marker("web", "address", "10.77.1.100")


def watch(
    zero_ns: int, from_s: float, to_s: float, *, held_s: tuple[float, float] = (0, 0), boot: str = "a"
) -> tuple[Watch, ...]:
    """An observer, and a node that held the address for one stretch; moments in s after the fault, every 0.1 s."""
    looks = []
    for n in range(round((to_s - from_s) * 10) + 1):
        moment = round(from_s + n / 10, 1)
        at_ns = zero_ns + round(moment * 1e9)
        held = frozenset({ADDRESS} if held_s[0] <= moment < held_s[1] else ())
        looks.append(Look(at_ns, at_ns - 100_000_000, held, at_ns + 1_000_000, n * 1_000_000))
    return (Watch(boot, zero_ns + round((from_s - 5) * 1e9), tuple(looks), 0, 1_000_000),)


class Reader(HTMLParser):
    """Checks that tags are closed in order, and gathers references and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "action", "data"}:
                self.references.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read_page(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="session")
def outcome(recording: Recording) -> Outcome:
    return judge_run(recording)


def test_text_is_as_agreed(outcome: Outcome) -> None:
    assert summary(outcome) == (GOLDEN / "power-cut.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LESSER)
def test_text_of_lesser_runs_is_as_agreed(recording: Recording, name: str) -> None:
    found = summary(judge_run(incomplete(recording)[name]))
    assert found == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_text_fits_a_terminal(recording: Recording) -> None:
    for run in [recording, *incomplete(recording).values()]:
        assert max(map(len, summary(judge_run(run)).splitlines())) <= 96


def test_page_says_what_became_of_rows(recording: Recording) -> None:
    words = " ".join(" ".join(read_page(page(judge_run(incomplete(recording)["written-lost"]))).text).split())
    for part in ("Acknowledged", "Lost", "Duplicates", "Unknown", "acknowledged rows were lost", "Violated"):
        assert part in words
    assert "never two at a time" in words


def test_page_draws_what_two_nodes_held_at_once(recording: Recording) -> None:
    runs = incomplete(recording)
    text = page(judge_run(runs["split-brain"]))
    read_page(text)
    assert text.count('<rect class="twice"') == 2
    assert "Split brain: both n1 and n2 had" in text
    assert "address 10.77.1.100, in two places, 5.20 s to 10.90 s" in text
    text = page(judge_run(runs["one-place"]))
    read_page(text)
    assert (text.count('<rect class="twice"'), text.count('<rect class="unseen"')) == (0, 1)
    assert "Nothing was active in two places." in text
    assert '<g class="place">' not in page(judge_run(recording))


def test_page_has_the_prediction_beside_the_measurement(recording: Recording) -> None:
    text = page(judge_run(incomplete(recording)["foretold-otherwise"]))
    words = " ".join(" ".join(read_page(text).text).split())
    assert "Foretold otherwise. Explore foretold 4.23 s, then on n2. Clients waited 6.13 s, then on n2: 1.90 s" in words
    for row in (
        "detect 2.97 s 2.70 s",
        "fence n1 3.85 s 4.80 s measured in this cluster",
        "served again 4.23 s 6.11 s",
    ):
        assert row in words
    assert "foretold" not in page(judge_run(recording)).lower()
    assert "Explore knows no clocks" in page(judge_run(incomplete(recording)["not-foretold"]))


def test_json_has_what_two_nodes_held_at_once(recording: Recording) -> None:
    value = json.loads(json.dumps(to_json(judge_run(incomplete(recording)["split-brain"]))))
    assert value["verdict"] == "violated"
    [twice] = value["places"]["twice"]
    assert twice["nodes"] == ["n1", "n2"]
    assert twice["seconds"] == pytest.approx(5.698, abs=0.001)
    assert twice["from_s"] == pytest.approx(5.2)


def test_page_needs_nothing_from_elsewhere(outcome: Outcome) -> None:
    text = page(outcome)
    reader = read_page(text)
    assert reader.references == []
    assert not reader.tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"url\(|@import|https?://(?!10\.77\.1\.100/)", text)


def test_page_says_the_figures(outcome: Outcome) -> None:
    words = " ".join(" ".join(read_page(page(outcome)).text).split())  # split takes no-break spaces too
    for part in (
        "Clients of web waited 6.13 s.",
        "n2 took over",
        "4.80 s",
        "3.1.7",
        "Held",
        "password: {env: IPMI_PASSWORD}",
    ):
        assert part in words


def test_every_attempt_of_the_outage_is_drawn(outcome: Outcome) -> None:
    marks = page(outcome).split('<g class="marks">')[1].split("</g>")[0]
    assert marks.count('class="bad"') == outcome.client.judgement.failed


def test_drawings_are_named_for_those_who_cannot_see_them(outcome: Outcome) -> None:
    text = page(outcome)
    reader = read_page(text)
    assert len(reader.ids) == len(set(reader.ids))
    for names in re.findall(r'aria-labelledby="([^"]+)"', text):
        assert set(names.split()) <= set(reader.ids)
    assert text.count('role="img"') == 2


def test_what_comes_from_a_run_cannot_become_markup(recording: Recording) -> None:
    evil = "<script>alert(1)</script>"
    about = replace(
        recording.about,
        cluster=evil,
        service=evil,
        title=evil,
        versions={evil: evil},
        settings={evil: evil},
        repeat=(evil,),
    )
    events = tuple(replace(one, text=evil) for one in recording.events)
    trace = recording.traces[0]
    attempts = tuple(replace(one, node=evil if one.ok else "", detail=evil) for one in trace.attempts)
    run = replace(recording, about=about, events=events, traces=(replace(trace, attempts=attempts, target=evil),))
    text = page(judge_run(run))
    assert "script" not in read_page(text).tags
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("name", [*LESSER, "asked-nothing"])
def test_page_of_lesser_runs_is_whole(recording: Recording, name: str) -> None:
    read_page(page(judge_run(incomplete(recording)[name])))


def test_a_long_outage_does_not_make_a_heavy_page(recording: Recording, sample: SimpleNamespace) -> None:
    trace = recording.traces[0]
    start = next(event.at_ns for event in recording.events if event.moment is Moment.INJECT)
    bad = next(one for one in trace.attempts if not one.ok)
    long = [
        replace(bad, n=5000 + i, sent_ns=start + i * 20_000_000, done_ns=start + i * 20_000_000) for i in range(30_000)
    ]
    run = replace(trace, attempts=(*(one for one in trace.attempts if one.done_ns < start), *long), ended_ns=None)
    assert len(page(judge_run(replace(recording, traces=(run,))))) < 300_000


def test_files_lie_beside_the_record(outcome: Outcome, tmp_path: Path) -> None:
    path = write(tmp_path, outcome)
    assert path == tmp_path / "report.html"
    assert json.loads((tmp_path / "run.json").read_text())["verdict"] == "held"
    assert (tmp_path / "report.txt").read_text() == summary(outcome)


def test_every_client_s_prediction_stands_in_its_line(recording: Recording) -> None:
    other = replace(recording.traces[0], name="api")
    predictions = {"web": foretold("longer-than-the-margin"), "api": foretold("not-covered")}
    text = page(judge_run(replace(recording, traces=(recording.traces[0], other), predictions=predictions)))
    assert ">4.23 s</span>" in text
    assert ">–</span>" in text
