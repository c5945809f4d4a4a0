"""quorate explore and what check says of it, with an exploration of the sample in place of the scheduler."""

import json
import runpy
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.errors import HostUnreachable, Missing, QuorateError, Unknown, UsageError
from quorate.explore import run
from quorate.explore.asking import Options
from quorate.explore.result import Exploration, Impact, Scenario, State
from quorate.explore.scheduler import installed
from quorate.explore.scheduler.fitting import Installed
from quorate.explore.subject import Subject
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts import cib
from quorate.report import explored_json
from quorate.ui import exploring
from quorate.ui.commands.check import command as check
from quorate.ui.commands.explore import command as explore

ROOT = Path(__file__).parents[3]
SAMPLE = SimpleNamespace(**runpy.run_path(str(ROOT / "tests" / "data" / "explore" / "sample.py")))
SCHEMA = json.loads((ROOT / "docs" / "reference" / "exploration.schema.json").read_text())
WEB = kinds()["web"].example
CIB = """<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
<configuration><crm_config/><nodes>{nodes}</nodes><resources/><constraints/></configuration><status/></cib>"""
NODES = '<node id="1" uname="n1"/><node id="2" uname="n2"/>'


class Explored:
    """Stands in for run.explore: says what is there, or what it is told to raise."""

    def __init__(self) -> None:
        self.found: Any = None
        self.known: int | None = None
        self.asked: list[tuple[Subject, Options]] = []

    def __call__(self, subject: Subject, options: Options, tell: Any, **_: object) -> Exploration:
        self.asked.append((subject, options))
        if isinstance(self.found, Exception):
            raise self.found
        found: Exploration = self.found or quiet(subject)
        total = max(len(found.scenarios), found.total)
        tell(len(found.scenarios) if self.known is None else self.known, total)
        return replace(found, total=total)


def quiet(subject: Subject) -> Exploration:
    """Nothing harms this subject."""
    impacts = tuple(Impact(name, State.UNAFFECTED) for name in subject.names)
    one = Scenario("node-lost:n1", ("node-lost:n1",), "n1 is lost", impacts)
    return Exploration(
        subject=subject.name,
        nodes=subject.nodes,
        services=subject.names,
        depth=1,
        scheduler="crm_simulate 2.1.5",
        scenarios=(one,),
        total=1,
        outage_target_s=subject.outage_target_s,
        availability_target=subject.availability_target,
    )


def down(subject: Subject) -> Exploration:
    """The loss of n1 takes everything down."""
    found = quiet(subject)
    impacts = tuple(Impact(name, State.DOWN, why="no other node may run it", cause="no-node") for name in subject.names)
    return replace(found, scenarios=(replace(found.scenarios[0], impacts=impacts),))


@pytest.fixture
def explored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Explored:
    stand_in = Explored()
    monkeypatch.setattr(run, "explore", stand_in)
    monkeypatch.setattr(installed, "installed", lambda: Installed("2.1.5", "3.16.1", "pacemaker-3.9", "/bin/false"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return stand_in


@pytest.fixture
def web(tmp_path: Path) -> Path:
    path = tmp_path / "web.yaml"
    path.write_text(WEB)
    return path


def subject(file: Path) -> Subject:
    cluster = load(file.read_bytes(), str(file), kinds()).cluster
    assert cluster is not None
    return exploring.subject_of(cluster)


def called(command: click.Command, *words: object, given: str | None = None) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], input=given)


def test_help_needs_nothing_heavy() -> None:
    program = (
        "import sys; from quorate.ui.commands.explore import command; "
        "print(sorted({'lxml', 'rich', 'asyncssh', 'jinja2', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_is_well(explored: Explored, web: Path) -> None:
    done = called(explore, web)
    assert done.exit_code == 0, done.output
    assert done.output.endswith("web: held. No failure interrupts a service for longer than 10 s.\n")


def test_a_missed_target_is_told_by_the_exit_code(explored: Explored, web: Path) -> None:
    explored.found = down(subject(web))
    done = called(explore, web)
    assert done.exit_code == 1
    assert "DOWN  site: no other node may run it" in done.output
    assert "web: violated. One failure alone leaves site down." in done.output


def test_what_cannot_be_told_is_neither(explored: Explored, web: Path) -> None:
    explored.found = replace(quiet(subject(web)), total=2)
    explored.known = 2  # one of the two could not be asked
    done = called(explore, web)
    assert done.exit_code == 3
    assert "1 of 2 scenarios are known" in done.output


def test_interrupted_it_shows_what_is_known(explored: Explored, web: Path) -> None:
    explored.found = replace(quiet(subject(web)), total=40)
    done = called(explore, web)
    assert done.exit_code == 130
    assert "interrupted: 1 of 40 scenarios are known" in done.stderr
    assert "Of 1 failure" in done.stdout


def test_what_is_asked_for_is_handed_on(explored: Explored, web: Path) -> None:
    called(explore, web, "--depth", 2, "--service", "site", "--fault", "node-lost", "--fault", "*:n1")
    [(_, options)] = explored.asked
    assert options.depth == 2
    assert (options.narrowing.services, options.narrowing.faults) == (("site",), ("node-lost", "*:n1"))


def test_json_keeps_its_schema_and_stdout_to_itself(explored: Explored, web: Path, tmp_path: Path) -> None:
    done = called(explore, web, "--format", "json", "-o", tmp_path / "page.html", "--diff", web)
    data = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(data)
    assert data["answers"].keys() >= {"single_points", "cut_sets", "interruptions", "availability", "spare"}
    assert data["comparison"]["changes"] == []
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_it_is_compared_with_what_was_saved(explored: Explored, web: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(json.dumps(explored_json.to_json(down(subject(web)))))
    done = called(explore, web, "--diff", old)
    assert done.exit_code == 0
    assert "0 answers got worse, 1 better, 0 are the same" in done.output
    assert "DOWN → ok" in done.output


def test_it_is_compared_with_another_file(explored: Explored, web: Path) -> None:
    done = called(explore, web, "--diff", web)
    assert len(explored.asked) == 2
    assert "nothing is otherwise (1 answers are the same)" in done.output


def test_the_base_is_saved_for_its_owner_alone(explored: Explored, web: Path, tmp_path: Path) -> None:
    path = tmp_path / "cib.xml"
    called(explore, web, "--save-cib", path)
    assert path.read_text().startswith("<cib ")
    assert path.stat().st_mode & 0o077 == 0


def test_a_cib_and_standard_input_are_files_too(explored: Explored, web: Path) -> None:
    done = called(explore, "-", given=CIB.format(nodes=NODES))
    assert done.exit_code == 0, done.output
    assert explored.asked[-1][0].nodes == ("n1", "n2")
    assert called(explore, "-", given=WEB).exit_code == 0
    assert explored.asked[-1][0].name == "web"


@pytest.mark.parametrize(
    ("words", "content", "said"),
    [
        ((), "<cib", "this is no CIB"),
        ((), "<html/>", "this is no CIB"),
        ((), CIB.format(nodes=""), "the CIB names no node"),
        ((), CIB.format(nodes=NODES).replace("3.16.1", "4.1.0"), "4.1.0"),
        ((), CIB.format(nodes=NODES).replace("pacemaker-3.9", "pacemaker-4.0"), "pacemaker-4.0"),
        (("--live",), CIB.format(nodes=NODES), "no host can be reached by it"),
        (("--diff", "nowhere.yaml"), CIB.format(nodes=NODES), "nowhere.yaml: No such file"),
    ],
)
def test_bad_input_is_said_to_be(
    explored: Explored, tmp_path: Path, words: tuple[str, ...], content: str, said: str
) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(content)
    done = called(explore, path, *words)
    assert isinstance(done.exception, UsageError), done.output
    assert said in done.exception.message
    assert done.exception.hint


def test_a_file_that_is_not_there(explored: Explored) -> None:
    done = called(explore, "nowhere.yaml")
    assert isinstance(done.exception, UsageError)


def test_a_damaged_exploration_is_not_compared_with(explored: Explored, web: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text('{"format": "quorate exploration 9"}')
    done = called(explore, web, "--diff", old)
    assert isinstance(done.exception, UsageError)


def test_a_file_with_mistakes_shows_them(explored: Explored, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(WEB.replace("targets", "targts"))
    done = called(explore, path)
    assert done.exit_code == 1
    assert 'unknown key "targts"' in done.stderr
    assert explored.asked == []


def reached(monkeypatch: pytest.MonkeyPatch, *hosts: FakeHost, **failed: QuorateError) -> None:
    """These hosts answer, the others do not."""

    @asynccontextmanager
    async def reach(*_: object, **__: object) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(fleet={host.name: host for host in hosts}, failed=failed)

    monkeypatch.setattr(exploring, "reach", reach)


def test_a_running_cluster_is_explored_as_it_is(explored: Explored, web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = "".join(f'<node id="{i}" uname="n{i}"/>' for i in (1, 2, 3))
    dead = FakeHost("n2", {str(cib.COMMAND): Answer(status=102)})
    alive = FakeHost("n3", {str(cib.COMMAND): CIB.format(nodes=nodes)})
    reached(monkeypatch, dead, alive, n1=HostUnreachable("n1: no route"))
    done = called(explore, web, "--live")
    assert done.exit_code == 0, done.output
    assert [str(one) for one in alive.ran] == [str(cib.COMMAND)]
    [(asked, _)] = explored.asked
    assert asked.names == ()  # this one has no resource
    assert any("in the file and not on the cluster" in remark for remark in asked.remarks)


def test_a_cluster_of_which_no_node_answers_is_unknown(
    explored: Explored, web: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached(monkeypatch, FakeHost("n2", {str(cib.COMMAND): Answer(status=102)}), n1=HostUnreachable("no route"))
    done = called(explore, web, "--lab")
    assert isinstance(done.exception, Unknown)
    assert "n1: no route" in done.exception.message
    assert "n2" in done.exception.message


def test_check_tells_what_failures_do(explored: Explored, web: Path) -> None:
    explored.found = down(subject(web))
    done = called(check, web)
    assert done.exit_code == 0
    assert "warning[single-point-of-failure]: one failure is enough to take site down: n1 is lost" in done.output
    assert called(check, web, "--strict").exit_code == 1
    assert "single-point" not in called(check, web, "--no-explore").output


def test_check_says_what_a_rule_says_already_as_a_remark(explored: Explored, web: Path) -> None:
    found = down(subject(web))
    id_ = "node-and-board-lost:n1"
    explored.found = replace(found, scenarios=(replace(found.scenarios[0], id=id_, failures=(id_,)),))
    done = called(check, web, "--strict")
    assert done.exit_code == 0
    assert "info[single-point-of-failure]" in done.output


@pytest.mark.parametrize("error", [Missing("crm_simulate is not installed", "install it"), Unknown("it ended", "look")])
def test_check_without_a_scheduler_says_so_and_goes_on(explored: Explored, web: Path, error: Exception) -> None:
    explored.found = error
    done = called(check, web)
    assert done.exit_code == 0
    assert done.output.count("info[failures-not-explored]") == 1
    assert "--no-explore leaves it out" in done.output


def test_check_of_a_large_cluster_ends_in_time(explored: Explored, web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploring, "CHECK_S", -1)
    asked: list[int] = []

    def slow(subject: Subject, _options: Options, tell: Any, **_: object) -> Exploration:
        with pytest.raises(KeyboardInterrupt):
            tell(1, 2)
        asked.append(1)
        return replace(quiet(subject), total=2)

    monkeypatch.setattr(run, "explore", slow)
    done = called(check, web)
    assert asked == [1]
    assert "1 of 2 failures were explored" in done.output


def test_a_file_with_errors_is_not_explored(explored: Explored, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(WEB.replace("1s", "1"))
    assert called(check, path).exit_code == 1
    assert explored.asked == []
