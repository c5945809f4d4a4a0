"""Stories: a cluster file, real nodes, the real command line. Each story has a lab of its own, taken down after."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from staging import FILE, UNIFIED, Stage, up


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A lab of three nodes, up; afterwards nothing of it is left. Parametrised with another cluster file's text."""
    name = "t-" + request.node.name.removeprefix("test_").partition("[")[0].replace("_", "-")[:24]
    with up(Stage(name, tmp_path / "cluster.yaml"), getattr(request, "param", FILE)) as made:
        yield made


@pytest.fixture
def unified_stage(tmp_path: Path) -> Iterator[Stage]:
    """The same, seen from where the unified cgroup layout is mounted, whatever this machine has."""
    with subprocess.Popen(UNIFIED, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            prefix = ["nsenter", f"--mount=/proc/{holder.pid}/ns/mnt"]
            with up(Stage("t-unified", tmp_path / "cluster.yaml", prefix), FILE) as made:
                yield made
        finally:
            holder.kill()
