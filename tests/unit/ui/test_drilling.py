"""A series from the command line: what it says, and what is kept of it however it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from quorate.catalog.services import kinds
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.drill.series import Plan, Run, Series
from quorate.errors import TimedOut, UsageError
from quorate.explore import keeping
from quorate.explore.measured import Sample
from quorate.ui import drilling
from quorate.ui.drilling import Aim, Drills, Place, asked_for, spoken, table


@pytest.fixture
def cluster() -> Cluster:
    found = load(kinds()["web"].example, "web.yaml", kinds()).cluster
    assert found is not None
    return found


def test_the_command_that_repeats_it_can_be_pasted(cluster: Cluster) -> None:
    assert Place(cluster=cluster, in_lab=True, file="my web.yaml").call("--seed", "3") == (
        "quorate drill --lab 'my web.yaml' --seed 3"
    )
    hosts = Place(cluster=cluster, in_lab=False, file="web.yaml", agreed=True, return_s=600)
    assert hosts.call("--only", "power-*") == "quorate drill --yes web.yaml --return-within 600 --only 'power-*'"


@pytest.mark.parametrize(
    ("seconds", "words"), [(3, "10 s"), (44, "40 s"), (91, "2 min"), (3540, "59 min"), (3900, "1 h 5 min")]
)
def test_a_time_as_people_say_it(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def drills(cluster: Cluster, folder: Path, number: int = 3) -> Drills:
    plan = Plan(faults=("standby",) * number, seed=5, repeat="quorate drill")
    return Drills(Place(cluster=cluster, in_lab=True, file="web.yaml"), Aim(("site",), ("site",)), plan, folder, "")


def test_folders_are_in_order_by_their_names(cluster: Cluster, tmp_path: Path) -> None:
    assert drills(cluster, tmp_path).name_of(2) == "02-standby"
    many = drills(cluster, tmp_path, 100)
    assert [many.name_of(number) for number in (2, 100)] == ["002-standby", "100-standby"]


def test_the_time_left_is_said_once_two_runs_are_done(cluster: Cluster, tmp_path: Path) -> None:
    some = drills(cluster, tmp_path)
    assert some.heading(1) == "1/3  standby"
    some.took = [("standby", 10.0), ("standby", 30.0)]
    assert some.heading(3) == "3/3  standby  (about 20 s left)"


@pytest.mark.parametrize(
    ("error", "why"), [(TimedOut("n1 is not back"), "n1 is not back"), (asyncio.CancelledError(), "interrupted")]
)
def test_what_ended_it_is_kept(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, why: str
) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise error

    @asynccontextmanager
    async def opened(_: Place) -> AsyncIterator[tuple[None, None, None]]:
        yield None, None, None

    monkeypatch.setattr(Place, "opened", opened)
    monkeypatch.setattr(drilling, "drill", failing)
    with pytest.raises(type(error)):
        asyncio.run(drills(cluster, tmp_path / "series").go(until_fails=False))
    kept = json.loads((tmp_path / "series" / "suite.json").read_text())
    assert (kept["verdict"], kept["ended"]) == ("unknown", f"standby, run 1: {why}")
    assert kept["runs"] == [{"folder": "01-standby", "verdict": "unknown", "unjudged": why}]
    assert why in (tmp_path / "series" / "index.html").read_text()
    assert why in (tmp_path / "series" / "junit.xml").read_text()


def test_a_run_that_cannot_be_judged_has_its_line() -> None:
    assert list(table([Run("01-standby", None, "interrupted")])) == ["01-standby  unknown   interrupted"]


def test_what_it_took_is_kept_for_exploring(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(drilling, "read", lambda folder: None)
    monkeypatch.setattr(drilling, "taken", lambda recording, outcome: [Sample(("ip", "start", "n1"), 5.0, 0.25)])
    some = drills(cluster, tmp_path)
    some.keep(tmp_path, None)
    assert keeping.load("web", in_lab=True).seconds == {("ip", "start", "n1"): (0.25,)}
    keeping.place("web", in_lab=True).write_text("damaged")
    some.keep(tmp_path, None)
    assert "is not kept" in capsys.readouterr().err


def test_the_first_service_with_a_client_is_asked_or_all_or_those_that_are_named(cluster: Cluster) -> None:
    assert asked_for(cluster, ()) == ("site",)
    assert asked_for(cluster, (), everything=True) == ("site",)
    assert asked_for(cluster, ("site", "site")) == ("site",)
    with pytest.raises(UsageError, match="no service is called shop"):
        asked_for(cluster, ("shop",))


def test_a_series_goes_on_after_the_runs_it_has(cluster: Cluster, tmp_path: Path) -> None:
    some, done = drills(cluster, tmp_path), Run("01-standby", None, "")
    some.go_on_from(Series(some.plan, (done,)))
    assert some.runs == [done]
    with pytest.raises(UsageError, match="another one"):
        some.go_on_from(Series(replace(some.plan, seed=6), (done,)))
