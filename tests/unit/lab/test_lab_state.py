"""What stands on disk about labs: locks whose file may vanish, states, images nobody uses."""

import json
import os
from pathlib import Path

from quorate.lab.state import labs, lock_file, prune


def test_a_held_lock_is_not_given_twice(tmp_path: Path) -> None:
    path = tmp_path / "labs" / "x.lock"
    held = lock_file(path)
    assert held is not None
    assert lock_file(path) is None
    os.close(held)
    again = lock_file(path)
    assert again is not None
    os.close(again)


def test_a_lock_whose_file_was_removed_is_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    old = lock_file(path)
    path.unlink()
    new = lock_file(path)
    assert new is not None
    assert lock_file(path) is None
    for descriptor in (old, new):
        assert descriptor is not None
        os.close(descriptor)


def test_only_images_in_use_are_kept(tmp_path: Path) -> None:
    for name in ("used", "unused", "killed.building"):
        (tmp_path / "images" / name).mkdir(parents=True)
    (tmp_path / "labs" / "x").mkdir(parents=True)
    (tmp_path / "labs" / "x" / "lab.json").write_text(json.dumps({"name": "x", "image": "used"}))
    (tmp_path / "labs" / "broken").mkdir()
    assert [state["name"] for state in labs(tmp_path)] == ["x"]
    assert prune(tmp_path) == ["killed.building", "unused"]
    assert [path.name for path in (tmp_path / "images").iterdir() if path.is_dir()] == ["used"]
