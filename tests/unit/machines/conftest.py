"""Fixtures for the tests of machines."""

from collections.abc import Iterator

import pytest
from private_sshd import Server, serve


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serve(tmp_path_factory.mktemp("sshd"))
