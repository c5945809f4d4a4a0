"""The script that copies a data directory into a store, run here: what it copies, and what is no copy."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from quorate.build.storage import scripts

pytestmark = pytest.mark.lab

COPIED = '  sync -f "$where"\n  (cd'
ODD = "we ird\nname"


class Place:
    """A server's directory, a store that is a directory, and a systemctl that only notes what it is asked."""

    def __init__(self, root: Path) -> None:
        self.source, self.store, self.mounted = root / "source", root / "store", root / "mounted"
        self.mark, self.record = self.store / scripts.FILLING, self.store / scripts.ADOPTED
        for directory in ("source/mysql", "source/shop", "source/empty", "store", "mounted", "bin"):
            (root / directory).mkdir(parents=True)
        (self.source / "mysql" / "user").write_text("root\n")
        (self.source / "mysql" / "user").chmod(0o640)
        (self.source / "shop" / ODD).write_bytes(bytes(range(256)) * 4096)
        with (self.source / "holes").open("wb") as file:
            file.truncate(50 << 20)
        self.calls = root / "calls"
        (root / "bin" / "systemctl").write_text(f'#!/bin/sh\necho "$*" >>{self.calls}\n')
        (root / "bin" / "systemctl").chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{root}/bin:{os.environ['PATH']}"}

    def copy(self, after_copying: str = "") -> tuple[int, str]:
        """Run it; return its status and what it says. after_copying: what happens before it compares."""
        script = scripts.ADOPT.replace(COPIED, f"  {after_copying}\n{COPIED}") if after_copying else scripts.ADOPT
        assert (script != scripts.ADOPT) is bool(after_copying)
        return self.run(script, str(self.source), f"n1:{self.source}", "mariadb.service", "ibtmp1")

    def run(self, script: str, *own: str) -> tuple[int, str]:
        """Run a script that fills the store."""
        mounted = str(self.mounted)
        seed = (f"{mounted}/data", "root", "root", "750", f"{mounted}/data/mysql")
        argv = (str(self.store), "none", "bind", mounted, "", script, *seed, *own)
        done = subprocess.run(
            scripts.script(scripts.SEED, "inside", "filling", *argv).argv,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=self.environment,
            cwd="/",
        )
        assert list(self.mounted.iterdir()) == [], "the mount is nobody else's"
        return done.returncode, done.stderr

    def listed(self, directory: Path) -> list[str]:
        """Return every path with its kind, mode, owner, time and content."""
        told = subprocess.run(
            "find . -mindepth 1 -printf '%y %m %U:%G %P ' ! -type d -printf '%T@' -printf '\n' | LC_ALL=C sort; "
            "find . -type f -exec sha256sum {} + | LC_ALL=C sort",
            shell=True,
            cwd=directory,
            capture_output=True,
            text=True,
            check=True,
        )
        return told.stdout.splitlines()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    yield Place(tmp_path)
    Path("/run/quorate-adopt.lock").unlink(missing_ok=True)


def test_every_file_is_copied_as_it_is_and_the_next_run_does_nothing(place: Place) -> None:
    before = place.listed(place.source)
    assert place.copy() == (0, "")
    assert place.calls.read_text() == "stop mariadb.service\n"
    assert place.listed(place.source) == place.listed(place.store / "data") == before
    assert (place.store / "data" / "holes").stat().st_blocks == 0
    assert (place.store / "data").stat().st_mode & 0o777 == 0o750
    assert sorted(path.name for path in place.store.iterdir()) == [scripts.ADOPTED, "data"]
    (place.store / "data" / "mysql" / "user").write_text("the server has written since\n")
    assert place.copy() == (0, "")
    assert (place.store / "data" / "mysql" / "user").read_text() == "the server has written since\n"
    assert place.calls.read_text() == "stop mariadb.service\n"


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        ('echo x >"$directory/mysql/user"', "./mysql/user: FAILED"),
        ('rm "$directory/mysql/user"', "No such file"),
        ('mkdir "$directory/more"', "other entries"),
        ('chmod 600 "$directory/mysql/user"', "other entries"),
        ('touch "$source/mysql/user"', "somebody wrote to"),
        ("exit 9", ""),
    ],
)
def test_a_copy_that_is_not_proven_equal_is_made_anew(place: Place, meanwhile: str, said: str) -> None:
    status, stderr = place.copy(meanwhile)
    assert status == (9 if meanwhile == "exit 9" else 75)
    assert said in stderr
    assert place.mark.exists()
    assert not place.record.exists()
    assert place.copy() == (0, "")
    assert place.listed(place.store / "data") == place.listed(place.source)
    assert not place.mark.exists()


def test_a_server_that_still_runs_or_was_killed_is_not_copied(place: Place) -> None:
    with (place.source / "mysql" / "user").open():
        status, stderr = place.copy()
    assert (status, "still in use: /proc/" in stderr) == (75, True)
    (place.source / "ibtmp1").touch()
    status, stderr = place.copy()
    assert (status, "not closed in order: ibtmp1" in stderr) == (75, True)
    assert list(place.store.iterdir()) == []


def test_other_data_in_the_store_are_neither_touched_nor_taken_for_copied(place: Place) -> None:
    (place.store / "data" / "mysql").mkdir(parents=True)
    status, stderr = place.copy()
    assert (status, "were not copied from" in stderr) == (75, True)
    (place.store / "data" / "mysql").rmdir()
    assert place.copy() == (0, "")
    time.sleep(0.01)
    (place.source / "mysql" / "user").write_text("the old server ran again\n")
    status, stderr = place.copy()
    assert (status, "differs from that by now" in stderr) == (75, True)
    assert (place.store / "data" / "mysql" / "user").read_text() == "root\n"


def test_a_store_that_was_filled_anew_is_no_copy_any_more(place: Place) -> None:
    assert place.copy() == (0, "")
    place.mark.touch()
    fill = ("sh", "-c", f"mkdir {place.mounted}/data/mysql")
    assert place.run(scripts.FILL, *fill) == (0, "")
    assert [path.name for path in place.store.iterdir()] == ["data"]
    status, stderr = place.copy()
    assert (status, "were not copied from" in stderr) == (75, True)


def test_a_store_that_is_too_small_is_found_before_the_server_is_stopped(place: Place) -> None:
    small = place.mounted.parent / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", small], check=True)
    try:
        place.store = small
        status, stderr = place.copy()
        assert (status, "has room for" in stderr) == (75, True)
        assert not place.calls.exists()
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", small], check=True)
