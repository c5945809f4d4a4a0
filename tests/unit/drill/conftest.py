"""The sample drill (tests/data/drill/sample.py), written once and read by all tests here."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from quorate.drill.history import Recording, read

SAMPLE = Path(__file__).parents[2] / "data" / "drill" / "sample.py"


@pytest.fixture(scope="session")
def sample() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(SAMPLE)))


@pytest.fixture(scope="session")
def recording(sample: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return read(sample.write(tmp_path_factory.mktemp("drill") / "power-cut"))
