"""Golden cases: each NAME.yaml in tests/data/catalog, read with the catalog's kinds, has its findings in NAME.findings.

QUORATE_WRITE_GOLDEN=1 writes the .findings anew; read the difference before committing it.
"""

import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.describe.schema import schema
from quorate.describe.source import read

DATA = Path(__file__).parents[2] / "data" / "catalog"
CASES = sorted(path.stem for path in DATA.glob("*.yaml"))


@pytest.mark.parametrize("name", CASES)
def test_findings(name):
    loaded = load((DATA / f"{name}.yaml").read_bytes(), f"{name}.yaml", kinds())
    found = "".join(
        f"{f.place.line}:{f.place.column} {f.severity} {f.code}: {f.summary}\n    why: {f.why}\n    fix: {f.fix}\n"
        for f in loaded.findings
    )
    golden = DATA / f"{name}.findings"
    if os.environ.get("QUORATE_WRITE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()


def test_the_schema_agrees():
    """Editors accept what load() accepts, and refuse each service that it refuses."""
    validator = Draft202012Validator(schema(kinds()))
    for kind in kinds().values():
        assert [error.message for error in validator.iter_errors(read(kind.example.encode(), kind.kind)[0].data)] == []
    bad = read((DATA / "data.yaml").read_bytes(), "data.yaml")[0].data
    for name, service in bad["services"].items():
        assert not validator.is_valid(bad | {"services": {name: service}}), name


def test_no_golden_file_is_left_over():
    assert sorted(path.stem for path in DATA.glob("*.findings")) == CASES
