"""Stories: a cluster file, real nodes, the real command line. Each story has a lab of its own, taken down after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from staging import FILE, Stage, left_over


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A lab of three nodes, up; afterwards nothing of it is left. Parametrised with another cluster file's text."""
    name = "t-" + request.node.name.removeprefix("test_").partition("[")[0].replace("_", "-")[:24]
    made = Stage(name, tmp_path / "cluster.yaml")
    made.write(getattr(request, "param", FILE))
    try:
        made.quorate("lab", "up", str(made.file), check=True)
        yield made
    finally:
        made.kill()
        made.quorate("lab", "down", str(made.file), check=True)
    assert left_over(name) == []
