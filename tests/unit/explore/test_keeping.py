from pathlib import Path

import pytest

from quorate.errors import UsageError
from quorate.explore.keeping import add, load, place
from quorate.explore.measured import Measured, Sample

ONE = Sample(("db", "start", "n1"), 10.0, 1.5)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_what_was_measured_is_kept(state: Path) -> None:
    assert load("web") == Measured()
    assert add("web", []) is None
    assert add("web", [ONE]) == state / "quorate/durations/web.json"
    add("web", [Sample(("db", "start", "n1"), 20.0, 2.5)])
    assert load("web").seconds == {("db", "start", "n1"): (1.5, 2.5)}
    assert [file.name for file in place("web").parent.iterdir()] == ["web.json"]


def test_a_lab_is_another_cluster() -> None:
    add("web", [ONE], in_lab=True)
    assert load("web") == Measured()
    assert load("web", in_lab=True).seconds == {("db", "start", "n1"): (1.5,)}


def test_a_name_makes_no_path(state: Path) -> None:
    assert place("../x").parent == state / "quorate/durations"


def test_without_a_setting_it_is_below_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")  # to be ignored, says the specification
    assert place("web") == Path("/home/somebody/.local/state/quorate/durations/web.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "quorate.durations/1", "durations": [1]}'])
def test_a_damaged_file_is_said(text: str) -> None:
    place("web").parent.mkdir(parents=True)
    place("web").write_text(text)
    with pytest.raises(UsageError, match="web") as error:
        load("web")
    assert error.value.hint


def test_where_nothing_can_be_written_it_is_said(state: Path) -> None:
    (state / "quorate").write_text("a file")
    with pytest.raises(UsageError, match=r"cannot be written|does not hold"):
        add("web", [ONE])
