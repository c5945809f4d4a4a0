"""What was explored is there again; what is broken, cut off or too much is not."""

import os
import runpy
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from quorate.explore import cache

SAMPLE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "data" / "explore" / "sample.py")))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "quorate" / "explore"


def test_what_was_saved_is_loaded(home):
    cache.save("a", SAMPLE.exploration())
    assert cache.load("a") == SAMPLE.exploration()
    assert cache.load("b") is None
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [path.name for path in home.iterdir()] == ["a.json.gz"]


@pytest.mark.parametrize("keep", [0, 10, -1])
def test_a_file_that_is_cut_off_is_as_good_as_none(home, keep):
    cache.save("a", SAMPLE.exploration())
    path = home / "a.json.gz"
    path.write_bytes(path.read_bytes()[:keep])
    assert cache.load("a") is None


@pytest.mark.parametrize("content", [b"nothing", b"\x1f\x8b\x08\x00", b"{}"])
def test_a_file_of_something_else_is_as_good_as_none(home, content):
    home.mkdir(parents=True)
    (home / "a.json.gz").write_bytes(content)
    assert cache.load("a") is None


def test_what_was_not_used_for_longest_goes_first(home, monkeypatch):
    for number, name in enumerate("abc"):
        cache.save(name, SAMPLE.exploration())
        os.utime(home / f"{name}.json.gz", (number, number))
    size = (home / "a.json.gz").stat().st_size
    assert cache.load("a") is not None, "and with that a is the newest"
    monkeypatch.setattr(cache, "SIZE_MAX", 3 * size)
    cache.save("d", SAMPLE.exploration())
    assert sorted(path.name[0] for path in home.iterdir()) == ["a", "c", "d"]


def test_a_disk_that_refuses_is_no_error(home):
    home.parent.mkdir(parents=True)
    home.write_text("a file where the folder should be")
    cache.save("a", SAMPLE.exploration())
    assert cache.load("a") is None


def test_a_relative_path_is_not_followed(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.folder() == Path.home() / ".cache" / "quorate" / "explore"
