"""Example cluster files: each is sound as it stands."""

import pytest

from quorate.catalog.blueprints import blueprints
from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.load import load
from quorate.findings import Severity


@pytest.mark.parametrize("name", blueprints())
def test_it_is_checked_without_a_complaint(name: str) -> None:
    what, text = blueprints()[name]
    assert what
    loaded = load(text, f"{name}.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    complaints = [f for f in (*loaded.findings, *check(loaded.cluster)) if f.severity is not Severity.INFO]
    assert complaints == []


def test_a_file_of_the_folder_is_found() -> None:
    assert "mariadb-shared-directory" in blueprints()
    assert blueprints().keys() > kinds().keys()
