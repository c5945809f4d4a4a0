"""Recorded drills judged again: from the folder alone, whatever became of it."""

import json
import runpy
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from quorate.drill.verdict import Verdict
from quorate.errors import QuorateError, UsageError
from quorate.ui.commands.drill import command
from quorate.ui.judging import begun, judged

SAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "data" / "drill" / "sample.py"))
RUN, SUITE = ("run.json", "report.txt", "report.html"), ("suite.json", "junit.xml", "index.html")


def drill(*words: str) -> Result:
    return CliRunner().invoke(command, words)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(SAMPLE["write"](tmp_path / "run"))


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    for name in ("01-power-cut", "02-power-cut"):
        SAMPLE["write"](tmp_path / "suite" / name)
    return tmp_path / "suite"


def record(folder: Path) -> dict[str, bytes]:
    made = {*RUN, *SUITE}
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*.*") if one.name not in made}


def test_a_run_is_judged_again_and_its_record_stays(run: Path) -> None:
    before = record(run)
    done = drill("--judge", str(run))
    assert (done.exit_code, done.exception) == (0, None) or isinstance(done.exception, SystemExit)
    assert "HELD  Clients of web waited 6.13 s." in done.output
    assert record(run) == before
    assert all((run / name).stat().st_size for name in RUN)


def test_a_missed_target_is_told_by_the_exit_code(run: Path) -> None:
    about = json.loads((run / "about.json").read_text())
    (run / "about.json").write_text(json.dumps(about | {"target_s": 1}))
    assert drill("--judge", str(run)).exit_code == 1


def test_a_suite_is_judged_again(suite: Path) -> None:
    done = drill("--judge", str(suite))
    assert done.exit_code == 0
    assert done.output.splitlines()[:2] == ["power-cut  held            6.13 s"] * 2
    assert etree.parse(suite / "junit.xml").getroot().get("tests") == "2"
    assert [run["folder"] for run in json.loads((suite / "suite.json").read_text())["runs"]] == [
        "01-power-cut",
        "02-power-cut",
    ]
    assert 'href="02-power-cut/report.html"' in (suite / "index.html").read_text()


def test_what_a_suite_was_to_be_outlives_judging(suite: Path) -> None:
    told = {"planned": ["power-cut"] * 3, "seed": 7, "repeat": "quorate drill x", "ended": "interrupted"}
    (suite / "suite.json").write_text(json.dumps(told))
    judged(suite)
    again = json.loads((suite / "suite.json").read_text())
    assert told.items() <= again.items()
    assert "It ended early: interrupted." in (suite / "index.html").read_text()


def test_a_run_of_a_suite_that_cannot_be_judged_never_passes(suite: Path) -> None:
    (suite / "02-power-cut" / "events.jsonl").unlink()
    done = drill("--judge", str(suite))
    assert done.exit_code == 3
    assert "no fault was injected" in done.output
    assert etree.parse(suite / "junit.xml").getroot().get("errors") == "1"


def test_a_run_that_did_not_come_to_its_end_never_passes(run: Path) -> None:
    lines = (run / "events.jsonl").read_text().splitlines()
    (run / "events.jsonl").write_text("\n".join(line for line in lines if '"settled"' not in line))
    done = drill("--judge", str(run))
    assert done.exit_code == 3
    assert "The record ends before the run did" in done.output


def test_damage_is_told(run: Path) -> None:
    with (run / "probes" / "web.jsonl").open("a") as file:
        file.write('{"n": NaN}\n')
    done = drill("--judge", str(run))
    assert done.exit_code == 0
    assert "1 recorded lines could not be read" in done.output


@pytest.mark.parametrize("name", ["nothing", "a-file", "empty"])
def test_what_is_no_record_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"is no folder|holds no run"):
        judged(tmp_path / name)


@pytest.mark.parametrize("words", [[], ["x.yaml", "--judge", "y"]])
def test_a_file_or_a_folder(words: list[str]) -> None:
    assert isinstance(drill(*words).exception, UsageError)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ODD = st.sampled_from(["9" * 5000, "[" * 5000, "1e999", '"\\ud800\\u0000"', "", "\ufeff"])


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with few attempts, so that many ways to damage it can be tried."""
    folder = Path(SAMPLE["write"](tmp_path_factory.mktemp("short") / "run"))
    probe = folder / "probes" / "web.jsonl"
    probe.write_text("\n".join(probe.read_text().splitlines()[::40]))
    return folder


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_ends_in_a_traceback(short: Path, tmp_path: Path, data: st.DataObject) -> None:
    """One value of one line is anything else; then the verdict may be another, or nothing to judge is left."""
    folder = tmp_path / "run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(short, folder)
    path = data.draw(st.sampled_from(sorted(one for one in folder.rglob("*.json*") if one.is_file())))
    text = path.read_text()
    lines = [text] if path.name == "about.json" else text.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    value = json.loads(lines[number])
    key = data.draw(st.sampled_from(sorted(value)))
    odd = data.draw(ODD | VALUES.map(json.dumps))
    rest = json.dumps({name: one for name, one in value.items() if name != key})
    lines[number] = f"{rest[:-1]}{',' if len(value) > 1 else ''} {json.dumps(key)}: {odd}}}"
    path.write_text("\n".join(lines))
    with suppress(QuorateError):
        assert judged(folder) in set(Verdict)


def test_a_series_that_was_interrupted_goes_on_with_the_run_that_it_was_at(suite: Path) -> None:
    told = {"planned": ["power-cut"] * 2, "seed": 7, "repeat": "quorate drill x", "ended": "interrupted"}
    (suite / "suite.json").write_text(json.dumps(told))
    last = suite / "02-power-cut"
    events = (last / "events.jsonl").read_text().splitlines(keepends=True)
    (last / "events.jsonl").write_text("".join(line for line in events if '"settled"' not in line))
    before = begun(suite)
    assert [run.folder for run in before.runs] == ["01-power-cut"]
    assert (before.plan.faults, before.plan.seed) == (("power-cut", "power-cut"), 7)
    assert not last.exists()
    assert [path.name.startswith(last.name) for path in (suite / "interrupted").iterdir()] == [True]
    with pytest.raises(UsageError, match="no series"):
        begun(suite / before.runs[0].folder)
