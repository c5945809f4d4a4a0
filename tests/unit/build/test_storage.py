"""The step `storage`: what it finds from facts, and what its scripts do in a directory of this machine."""

import subprocess
from pathlib import Path

import pytest

from build.wishes import THREE, wish
from quorate.build.change import Change, Run
from quorate.build.plan import sorted_out
from quorate.build.steps import storage
from quorate.build.steps.storage import FILL, LOOK, Ground

SHARED = """
  database:
    kind: mariadb
    address: 10.20.0.101/24
    buffer_pool: 1000
    data: {filesystem: {device: /srv/shared/db}}
"""
EMPTY = Ground(there=True, filled=False, occupied=False, memory_mib=2000)
FILLED = Ground(there=True, filled=True, occupied=True, memory_mib=2000)


def found(data: str = "filesystem: {device: /srv/shared/db}", **grounds: Ground) -> tuple[list[Change], list[str]]:
    want = wish(THREE + SHARED.lstrip("\n").replace("filesystem: {device: /srv/shared/db}", data))
    nodes = [node.name for node in want.cluster.nodes]
    facts = {("database", node): grounds.get(node, grounds["others"]) for node in nodes}
    changes, findings = sorted_out(storage.changes(facts, want))
    return changes, [finding.code for finding in findings]


def test_an_empty_shared_directory_is_filled_once_by_the_first_node() -> None:
    (change,), codes = found(others=EMPTY)
    assert codes == []
    assert change.host == "n1"
    (fill,) = change.actions
    assert isinstance(fill, Run)
    assert "--datadir=/srv/shared/db/mysql" in fill.command.argv
    assert not any("/srv/database" in word for word in fill.command.argv), "nothing is mounted yet"


def test_what_is_filled_is_left_alone() -> None:
    assert found(others=FILLED) == ([], [])


@pytest.mark.parametrize(
    ("grounds", "code"),
    [
        ({"others": EMPTY, "n2": FILLED}, "directory-not-shared"),
        ({"others": EMPTY, "n2": Ground(True, False, True, 2000)}, "datadir-foreign"),
        ({"others": EMPTY, "n3": Ground(False, False, False, 2000)}, "storage-missing"),
        ({"others": EMPTY, "n1": Ground(True, False, False, 1200)}, "memory-short"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(grounds: dict[str, Ground], code: str) -> None:
    assert found(**grounds) == ([], [code])


@pytest.mark.parametrize("data", ["drbd: {disk: /dev/sda3}", "lvm: {disk: /dev/sdb}"])
def test_devices_are_looked_for_and_not_made(data: str) -> None:
    missing = Ground(there=False, filled=False, occupied=False, memory_mib=2000)
    assert found(data, others=missing) == ([], ["storage-missing"] * 3)
    assert found(data, others=EMPTY) == ([], [])


def told(*words: object) -> list[str]:
    done = subprocess.run(["sh", "-c", LOOK, "look", *map(str, words)], capture_output=True, text=True, check=True)
    return [word for word in done.stdout.split() if not word.isdigit()]


def fill(directory: Path, *argv: str) -> int:
    owner = f"{directory.owner() if directory.exists() else directory.parent.owner()}:"
    words = ["sh", "-c", FILL, "fill", str(directory), "750", owner, str(directory / "done"), *argv]
    return subprocess.run(words, capture_output=True, check=False).returncode


def test_the_scripts_fill_what_is_empty_and_touch_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "it's data"
    assert told("directory", tmp_path / "none", data, data / "done") == ["memory"]
    assert told("directory", tmp_path, data, data / "done") == ["there", "memory"]
    assert fill(data, "touch", str(data / "done")) == 0
    assert told("directory", tmp_path, data, data / "done") == ["there", "filled", "occupied", "memory"]
    assert fill(data, "false") == 0, "what has been filled is not filled again"

    other = tmp_path / "other"
    other.mkdir()
    (other / "letter").write_text("dear")
    assert fill(other, "rm", str(other / "letter")) == 1
    assert (other / "letter").read_text() == "dear"
