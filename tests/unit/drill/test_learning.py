"""What a drill measured is kept for the next prediction, and what cannot be kept ends no drill."""

from dataclasses import replace
from pathlib import Path

import pytest

from quorate.drill.history import Recording
from quorate.drill.learning import learn, samples
from quorate.drill.outcome import judge_run
from quorate.explore import keeping
from quorate.explore.durations import SERVES


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_starts_fencing_and_the_first_answer_are_measured(recording: Recording) -> None:
    found = {sample.key: sample.seconds for sample in samples(recording, judge_run(recording))}
    assert found["", "reboot", "n1"] == pytest.approx(0.5, abs=0.1)
    assert found["web-apache", SERVES, "n2"] == pytest.approx(0.9, abs=0.2)


def test_it_is_kept_under_the_name_of_the_cluster(recording: Recording) -> None:
    assert learn(recording, judge_run(recording), in_lab=True) == ""
    assert keeping.load(recording.about.cluster, in_lab=True).seconds
    assert not keeping.load(recording.about.cluster).seconds


def test_a_run_without_journals_teaches_nothing(recording: Recording, state: Path) -> None:
    silent = replace(recording, journals={})
    assert learn(silent, judge_run(silent), in_lab=True) == ""
    assert list(state.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(recording: Recording, state: Path) -> None:
    (state / "quorate").write_text("no folder")
    assert "is not kept" in learn(recording, judge_run(recording), in_lab=True)
