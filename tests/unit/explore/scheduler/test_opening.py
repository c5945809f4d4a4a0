from pathlib import Path

import pytest

from quorate.errors import Missing
from quorate.explore.scheduler import opening
from quorate.explore.scheduler.compiling import Compiled
from quorate.explore.scheduler.opening import find_way, open_scheduler
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.worker import Worker

CIB = "<cib><configuration/></cib>"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with crm_simulate and a worker; asked: how often the two were compared."""
    for name in ("crm_simulate", "worker", "library"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(opening, "program", lambda: str(tmp_path / "crm_simulate"))
    monkeypatch.setattr(opening, "compiled", lambda: Compiled(tmp_path / "worker", (tmp_path / "library",)))
    asked: list[Path] = []

    def says(told):
        monkeypatch.setattr(opening, "_test", lambda worker: asked.append(worker) or told)

    says("")
    find_way.cache_clear()
    yield tmp_path, says, asked
    find_way.cache_clear()


def test_a_worker_that_agrees_is_used_and_tested_once(machine):
    folder, _, asked = machine
    for _ in range(3):
        find_way.cache_clear()
        assert isinstance(open_scheduler(CIB), Worker)
    assert asked == [folder / "worker"]


def test_a_worker_that_differs_is_refused_and_why_is_kept(machine):
    _, says, asked = machine
    says("they differ in placement")
    for _ in range(2):
        find_way.cache_clear()
        assert isinstance(open_scheduler(CIB), CrmSimulate)
        assert "they differ in placement" in find_way().why
    assert len(asked) == 1


@pytest.mark.parametrize("changed", ["crm_simulate", "library", "worker"])
def test_it_is_tested_again_when_one_of_them_is_another(machine, changed):
    folder, _, asked = machine
    find_way()
    (folder / changed).write_text("upgraded")
    find_way.cache_clear()
    find_way()
    assert len(asked) == 2


def test_an_outcome_that_cannot_be_read_is_found_anew(machine):
    folder, _, asked = machine
    find_way()
    [kept] = folder.glob("worker.tested-*")
    kept.write_text("{")
    find_way.cache_clear()
    assert find_way().program == folder / "worker"
    assert len(asked) == 2


def test_without_a_compiler_crm_simulate_is_asked(machine, monkeypatch):
    monkeypatch.setattr(opening, "compiled", raises(Missing("no C compiler is installed")))
    assert isinstance(open_scheduler(CIB), CrmSimulate)
    assert "no C compiler is installed" in find_way().why


def test_without_crm_simulate_there_is_none(machine, monkeypatch):
    monkeypatch.setattr(opening, "program", raises(Missing("crm_simulate is not installed")))
    with pytest.raises(Missing):
        open_scheduler(CIB)


def raises(error):
    def fail():
        raise error

    return fail
