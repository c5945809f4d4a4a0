"""What is left of a lab: processes that take their time to die are waited for, and named where they never do."""

from pathlib import Path

import pytest

from quorate.errors import NeverComes
from quorate.lab import cgroup, clearing
from quorate.lab.places import Places


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cgroup whose processes are not seen to be gone in time."""
    made = tmp_path / "group"
    (made / "node-n1").mkdir(parents=True)
    monkeypatch.setattr(cgroup, "lab_groups", lambda _lab: [made])
    monkeypatch.setattr(cgroup, "kill", lambda _group, _timeout_s: False)
    monkeypatch.setattr(cgroup, "release", lambda _lab: cgroup.remove([made]))
    monkeypatch.setattr(clearing.network, "left_over", lambda _lab: [])
    return made


def test_who_died_at_the_last_moment_stands_in_nobodys_way(group: Path, tmp_path: Path) -> None:
    clearing.clear(Places(tmp_path / "root", "late"))
    assert not group.exists()


def test_who_does_not_die_is_named(group: Path, tmp_path: Path) -> None:
    (group / "node-n1" / "cgroup.procs").write_text("4711\n4712\n")
    with pytest.raises(NeverComes, match="do not die: 4711, 4712"):
        clearing.clear(Places(tmp_path / "root", "stuck"))
