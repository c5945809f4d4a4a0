"""Expected availability; every number is computed by hand here."""

from dataclasses import replace

import pytest

from quorate.explore.answers import availability
from quorate.explore.result import Stretch
from quorate.explore.subject import Rate
from quorate.findings import Severity

from .made import HOUR_S, YEAR_S, away, away_s, down, exploration, scenario, subject, twice, well

NODE = Rate(2, 4 * HOUR_S, "the cluster file")
LINK = Rate(0.1, 8 * HOUR_S, "assumption")


def test_rate_times_interruption_and_rate_times_repair() -> None:
    found = exploration(
        scenario("node-lost:n1", away_s("web", 30), rate=NODE),
        scenario("node-lost:n2", well("web"), rate=NODE),
        scenario("link-cut:n1/0", down("web"), rate=LINK),
        scenario("node-standby:n1", away_s("web", 5)),
        availability_target=99.9,
    )
    result = availability.answer(found, subject("web", rates={"node-lost": NODE, "link-cut": LINK}))
    [web] = result.expected
    assert web.outage_s == pytest.approx(2 * 30 + 0.1 * 8 * 3600)  # 60 + 2880
    assert web.percent == pytest.approx(100 - 100 * 2940 / YEAR_S)
    assert [(one.failures, one.seconds, one.source) for one in web.shares] == [
        (("link-cut:n1/0",), pytest.approx(2880), "assumption"),
        (("node-lost:n1",), pytest.approx(60), "the cluster file"),
    ]
    assert [one.percent for one in web.shares] == [pytest.approx(100 * 2880 / 2940), pytest.approx(100 * 60 / 2940)]
    assert (web.meets, web.basis) == (True, "default")
    assert (result.without_rate, result.complete, result.two_copies) == (("node-standby",), True, ())
    assert list(availability.findings(result)) == []


def test_two_failures_of_which_neither_is_enough() -> None:
    pair = "node-lost:n1 then link-cut:n2/0"
    back = "link-cut:n2/0 then node-lost:n1"
    found = exploration(
        scenario("node-lost:n1", well("web"), rate=NODE),
        scenario("link-cut:n2/0", well("web"), rate=LINK),
        scenario(pair, down("web")),
        scenario(back, down("web")),
        depth=2,
    )
    [web] = availability.answer(found, subject("web")).expected
    # In both orders together: (2 a year x 4 h) x (0.1 a year x 8 h) / a year = 8 h x 0.8 h / 8766 h.
    assert web.outage_s == pytest.approx(8 * 0.8 / 8766 * 3600)
    first = next(one for one in web.shares if one.failures[0] == "node-lost:n1")
    assert first.per_year == pytest.approx(2 * 4 / 8766 * 0.1)
    assert first.outage_s == pytest.approx(4 * 8 / 12 * 3600)


def test_two_in_the_same_moment_are_not_counted() -> None:
    both = replace(scenario("node-lost:n1 then node-lost:n2", down("web")), id="node-lost:n1+node-lost:n2")
    singles = (scenario(f"node-lost:{node}", well("web"), rate=NODE) for node in ("n1", "n2"))
    [web] = availability.answer(exploration(*singles, both, depth=2), subject("web")).expected
    assert (web.outage_s, web.shares) == (0, ())


def test_a_pair_whose_first_is_enough_alone_is_not_counted_twice() -> None:
    found = exploration(
        scenario("node-lost:n1", down("web"), rate=NODE),
        scenario("node-lost:n2", well("web"), rate=NODE),
        scenario("node-lost:n1 then node-lost:n2", down("web")),
        depth=2,
    )
    [web] = availability.answer(found, subject("web")).expected
    assert web.outage_s == pytest.approx(2 * 4 * 3600)


def test_what_the_return_interrupts_is_counted_with_the_failure() -> None:
    found = exploration(
        scenario("node-lost:n1", away_s("web", 30), rate=NODE),
        scenario("node-lost:n1 then node-returned:n1", away_s("web", 4)),
        scenario("node-lost:n2", down("web"), rate=NODE),
        scenario("node-lost:n2 then node-returned:n2", down("web")),
    )
    [web] = availability.answer(found, subject("web")).expected
    assert web.outage_s == pytest.approx(2 * 30 + 2 * 4 + 2 * 4 * 3600)


def test_a_finding_below_the_target_names_the_shares() -> None:
    found = exploration(
        scenario("node-lost:n1", away_s("web", 30), well("db"), rate=NODE),
        scenario("node-and-board-lost:n1", twice("web"), well("db"), rate=NODE),
        availability_target=99.99,
    )
    result = availability.answer(found, subject("web", "db"))
    assert result.two_copies == ("web",)
    [finding] = availability.findings(result)
    # 60 s + 28,800 s of 31,557,600 s
    assert finding.summary == "web is expected to be there 99.909 % of the year, and away for 8.0 h"
    assert finding.why == (
        "targets.availability promises 99.99 %; 100 % of that: node and board lost:n1; 0 % of that: node lost:n1"
    )
    assert "does not share its power" in finding.fix


def test_where_time_outs_decide_it_cannot_be_told_and_is_a_remark() -> None:
    start = Stretch(0, 4000, "start", "web", "n2", "bound")
    short = scenario("node-lost:n1", away("web", start), rate=NODE)  # at most 8000 s of 31,557,600: 99.975 %
    result = availability.answer(exploration(short, availability_target=99.99), subject("web"))
    assert (result.expected[0].meets, result.expected[0].certain, result.expected[0].basis) == (False, False, "bound")
    [finding] = availability.findings(result)
    assert finding.severity is Severity.INFO
    assert finding.summary == "web is expected to be there at least 99.975 % of the year, and away for at most 2.2 h"
    long = scenario("node-hung:n1", down("web"), rate=NODE)  # 28,800 s, whatever the start takes
    result = availability.answer(exploration(short, long, availability_target=99.99), subject("web"))
    assert result.expected[0].certain is True
    assert [one.severity for one in availability.findings(result)] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("percent", "said"),
    [(99.91, "99.910 %"), (99.999, "99.9990 %"), (99.9987, "99.9987 %"), (100, "100.00 %"), (12.3, "12.30 %")],
)
def test_as_many_decimals_as_it_takes(percent: float, said: str) -> None:
    assert availability.shown_percent(percent) == said
