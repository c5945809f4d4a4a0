"""`quorate recover`: for which services there is a way."""

import pytest
from click.testing import CliRunner

from quorate.catalog.services import kinds
from quorate.errors import UsageError
from quorate.ui.main import quorate


def said(kind, service, tmp_path, monkeypatch):
    monkeypatch.setenv("IPMI_PASSWORD", "x")
    file = tmp_path / "cluster.yaml"
    file.write_text(kinds()[kind].example)
    return CliRunner().invoke(quorate, ["recover", str(file), service, "--yes"])


@pytest.mark.parametrize(
    ("kind", "fix"), [("web", "no service of kind galera or rabbitmq-cluster"), ("galera", "database")]
)
def test_a_service_that_waits_for_nobody_is_refused_with_those_that_could(kind, fix, tmp_path, monkeypatch):
    done = said(kind, "site", tmp_path, monkeypatch)
    assert isinstance(done.exception, UsageError)
    assert fix in done.exception.hint
