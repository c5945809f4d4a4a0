"""A machine that can not carry a lab is told what to do."""

from pathlib import Path

import pytest

from quorate.errors import Missing
from quorate.lab import needs


def test_without_root(monkeypatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Missing) as missing:
        needs.check()
    assert "root" in missing.value.message
    assert "sudo" in missing.value.hint


def test_without_programs_the_packages_are_named(monkeypatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda program, path: None if program == "ipmi_sim" else f"/usr/bin/{program}")
    assert needs.missing_packages() == ["openipmi"]
    with pytest.raises(Missing) as missing:
        needs.check()
    assert missing.value.hint == "apt-get install --no-install-recommends openipmi"


def test_without_cgroup2() -> None:
    with pytest.raises(Missing, match="cgroup2"):
        needs.check_cgroups(None)


def test_with_a_kernel_that_can_not_kill_a_group(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "cgroup.procs").write_text("")
    monkeypatch.setattr("os.uname", lambda: type("uname", (), {"release": "5.10.0-8-amd64"}))
    with pytest.raises(Missing, match=r"5\.14"):
        needs.check_cgroups(tmp_path)


def test_only_kernel_nodes_need_patchelf(monkeypatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program, path: None)
    assert "patchelf" in needs.missing_packages("kernel")
    assert "patchelf" not in needs.missing_packages("container")
    assert "systemd-container" not in needs.missing_packages("kernel")
