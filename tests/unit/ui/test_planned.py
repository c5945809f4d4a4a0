"""How a plan is shown, and what of it an operator does not allow."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from tests.unit.build.wishes import wish

from quorate.build.change import Change, Deed, Effect, Thing
from quorate.build.consequences import Consequence, Consequences, Fate
from quorate.build.plan import Plan
from quorate.build.saved import Asked, document, saved
from quorate.errors import Refused, UsageError
from quorate.explore.result import Figure, Stretch
from quorate.ui.main import quorate
from quorate.ui.planned import show_plan, show_saved
from quorate.ui.planning import asked_again, hold_to, kept, write

FILE = Thing("file", "/etc/a")
SITE = Consequence(
    "site",
    Fate.MOVED,
    Figure(2.5, "default"),
    ("n1",),
    ("n2",),
    (Stretch(0, 2, "stop", "site-apache", "n1", "default"), Stretch(2, 2.5, "start", "site-apache", "n2", "default")),
)
CALM = Consequence("mail", Fate.UNAFFECTED, before=("n1",), after=("n1",))
GONE = Consequence("old", Fate.STOPPED, before=("n3",))
TICK = Consequence("tick", Fate.RELOADED, before=("n2",), after=("n2",))
PLAN = Plan(
    (
        ("hosts", (Change("n1", "files", "write /etc/a", (), things=((FILE, Deed.CHANGED),), difference="-a\n+b\n"),)),
        ("configuration", (Change("n1", "cib", "write the CIB", (), Effect.RESTART),)),
    ),
    consequences=Consequences(services=(SITE, TICK, GONE, CALM), remarks=("a remark",)),
    states={("n1", FILE): "1", ("n2", FILE): "1", ("n3", FILE): "1"},
)
SALT = "5a" * 32
ASKED = Asked(cluster="shop", file="/etc/shop.yaml", digest="abcd")
SHOWN = """\
Plan:
  hosts            n1: write /etc/a
  configuration    n1: write the CIB  [restart]
Hosts:
  n1               changed: 1 file
  n2, n3           untouched: 1 file
Services:
  site             moved from n1 to n2, interrupted for ~2.5 s
                   stop site-apache 2.0 s, start site-apache 0.5 s
  tick             reloaded on n2, not interrupted
  old              stopped on n3, and does not come back
  unaffected       mail
  a remark
"""


def test_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    show_plan(PLAN, diff=False)
    assert capsys.readouterr().out == SHOWN


def test_with_differences(capsys: pytest.CaptureFixture[str]) -> None:
    show_plan(PLAN, diff=True)
    assert "      -a\n      +b\n" in capsys.readouterr().out


def test_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    show_plan(Plan(()), diff=False)
    assert capsys.readouterr().out == "Nothing to do.\n"


def test_what_is_not_foretold_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    show_plan(replace(PLAN, consequences=Consequences(unknown="crm_simulate is not installed")), diff=False)
    assert "not foretold: crm_simulate is not installed" in capsys.readouterr().out


def test_a_saved_plan_says_what_it_was_made_from(capsys: pytest.CaptureFixture[str]) -> None:
    show_saved(saved(PLAN, replace(ASKED, in_lab=True, max_interruption_s=5), "today", "0.1.0", SALT), diff=False)
    first, rest = capsys.readouterr().out.split("\n", 1)
    assert first == "Plan for shop, made today by quorate 0.1.0 from /etc/shop.yaml (--lab --max-interruption 5s)"
    assert rest == SHOWN


@pytest.mark.parametrize(("allowed_s", "named"), [(5, ["old"]), (1, ["site", "old"]), (1e9, ["old"])])
def test_more_interruption_than_allowed_is_refused(allowed_s: float, named: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        hold_to(PLAN, replace(ASKED, max_interruption_s=allowed_s))
    said = refused.value.message.partition(": ")[2].split("; ")
    assert [words.split()[0] for words in said] == named


def test_what_is_allowed_is_not_refused() -> None:
    calm = replace(PLAN, consequences=Consequences(services=(SITE, CALM)))
    hold_to(calm, replace(ASKED, max_interruption_s=2.5))
    hold_to(PLAN, ASKED)
    hold_to(Plan(()), replace(ASKED, max_interruption_s=0))


def test_what_cannot_be_foretold_is_not_allowed() -> None:
    blind = replace(PLAN, consequences=Consequences(unknown="there is no scheduler"))
    with pytest.raises(Refused, match="there is no scheduler"):
        hold_to(blind, replace(ASKED, max_interruption_s=5))


def test_a_plan_of_another_state_is_refused_with_what_differs() -> None:
    old = saved(PLAN, ASKED, "yesterday", "0.1.0", SALT)
    hold_to(PLAN, ASKED, old)
    with pytest.raises(Refused, match="the plan of yesterday was made for another state: n2: file /etc/a is another"):
        hold_to(replace(PLAN, states={**PLAN.states, ("n2", FILE): "2"}), ASKED, old)


@pytest.mark.parametrize(
    "option",
    [
        "--prune",
        "--remove n1",
        "--rotate-key",
        "--test-fencing",
        "--no-test-fencing",
        "--overwrite-data n1:/dev/sdb",
        "--adopt-data site=n1",
        "--without n1",
    ],
)
def test_what_a_plan_decides_is_not_given_beside_it(tmp_path, option: str) -> None:
    write(tmp_path / "plan.json", saved(PLAN, ASKED, "today", "0.1.0", SALT))
    said = CliRunner().invoke(quorate, ["apply", "--plan", str(tmp_path / "plan.json"), *option.split()])
    assert isinstance(said.exception, UsageError)
    assert said.exception.message.endswith(f"takes no {option.split(maxsplit=1)[0]}")


@pytest.mark.parametrize("option", ["--prune", "--max-interruption 1s", "--save other.json", "--no-test-fencing"])
def test_a_plan_that_is_shown_takes_no_options_of_another(tmp_path, option: str) -> None:
    write(tmp_path / "plan.json", saved(PLAN, ASKED, "today", "0.1.0", SALT))
    said = CliRunner().invoke(quorate, ["plan", "--show", str(tmp_path / "plan.json"), *option.split()])
    assert isinstance(said.exception, UsageError)
    assert said.exception.message.endswith(f"takes no {option.split(maxsplit=1)[0]}")


@pytest.mark.parametrize(("planned", "today", "held"), [(5, None, 5), (None, 1, 1), (5, 1, 1), (1, 5, 1)])
def test_the_stricter_limit_of_the_plan_and_of_today_holds(
    planned: float | None, today: float | None, held: float
) -> None:
    cluster = wish().cluster
    old = saved(PLAN, replace(ASKED, cluster=cluster.name, max_interruption_s=planned), "today", "0.1.0", SALT)
    assert (
        asked_again(old, cluster, "shop.yaml", b"", in_lab=False, max_interruption_s=today).max_interruption_s == held
    )


def test_a_plan_is_kept_for_its_owner_alone(tmp_path) -> None:
    one = saved(PLAN, ASKED, "today", "0.1.0", SALT)
    write(tmp_path / "plan.json", one)
    assert (tmp_path / "plan.json").stat().st_mode & 0o777 == 0o600
    assert document(kept(str(tmp_path / "plan.json"))) == document(one)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize("content", ["", "cluster: shop", "{}", "[]", json.dumps({"schema": "quorate.plan/9"})])
def test_another_file_holds_no_plan(tmp_path, content: str) -> None:
    (tmp_path / "other").write_text(content)
    with pytest.raises(UsageError, match="holds no plan"):
        kept(str(tmp_path / "other"))


def test_what_comes_back_later_says_with_what(capsys: pytest.CaptureFixture[str]) -> None:
    waits = Consequence("site", Fate.RESTARTED, None, ("n1",), ("n1",), why="emptying n1", until="taking n1 back")
    show_plan(replace(PLAN, consequences=Consequences(services=(waits,))), diff=False)
    assert "restarted on n1, down until taking n1 back, by emptying n1" in capsys.readouterr().out


def test_who_waits_for_what_it_uses_says_for_whom(capsys: pytest.CaptureFixture[str]) -> None:
    waits = Consequence("api", Fate.WAITING, Figure(2.5, "default"), ("n1", "n2"), ("n1", "n2"), through="database")
    stopped = Consequence("images", Fate.STOPPED, before=("n1",), through="database")
    show_plan(replace(PLAN, consequences=Consequences(services=(waits, stopped))), diff=False)
    said = capsys.readouterr().out
    assert "waiting for database, which it uses, interrupted for ~2.5 s" in said
    assert "stopped with database, which it uses, and does not come back" in said
