"""Golden cases: each NAME.yaml in tests/data/describe has its findings in NAME.findings; a new case needs no Python.

QUORATE_WRITE_GOLDEN=1 writes the .findings anew; read the difference before committing it.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from quorate.describe.load import load
from quorate.describe.service import ServiceOptions
from quorate.findings import Finding

DATA = Path(__file__).parents[2] / "data" / "describe"
CASES = sorted(path.stem for path in DATA.glob("*.yaml"))


def written(finding: Finding) -> str:
    """Return a finding as text, with the line and what is underlined."""
    place = finding.place
    assert place is not None
    line = place.text.replace("\t", " ")
    return (
        f"{place.line}:{place.column} {finding.severity} {finding.code}: {finding.summary}\n"
        f"    | {line}\n    | {' ' * (place.column - 1)}{'^' * place.length}\n"
        f"    why: {finding.why}\n    fix: {finding.fix}\n"
    )


@pytest.mark.parametrize("name", CASES)
def test_findings(name: str, kinds: Mapping[str, type[ServiceOptions]]) -> None:
    loaded = load((DATA / f"{name}.yaml").read_bytes(), f"{name}.yaml", kinds)
    found = "\n".join(written(finding) for finding in loaded.findings)
    golden = DATA / f"{name}.findings"
    if os.environ.get("QUORATE_WRITE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()
    assert "hunter2" not in found


def test_no_golden_file_is_left_over() -> None:
    assert sorted(path.stem for path in DATA.glob("*.findings")) == CASES
