"""Rates: every kind of failure has one, with where it comes from; the file's figures win one by one."""

import pytest

from quorate.describe import cluster
from quorate.describe.vocabulary import FAILURES
from quorate.explore.rates import DEFAULTS, OWN, rates


def test_every_kind_that_a_file_may_rate_has_a_default() -> None:
    assert list(DEFAULTS) == list(FAILURES)


@pytest.mark.parametrize("kind", DEFAULTS)
def test_a_default_names_a_publication_or_says_that_it_is_assumed(kind: str) -> None:
    default = DEFAULTS[kind]
    assert default.per_year > 0
    assert default.repair_h > 0
    for words in (default.source, default.repair_source):
        assert "assumption" in words or "20" in words or words == "as before"


def test_the_files_figures_win_one_by_one() -> None:
    found = rates({"node-lost": cluster.Rate(2, 60), "link-cut": cluster.Rate(0), "disk-failed": cluster.Rate(None, 5)})
    assert (found["node-lost"].per_year, found["node-lost"].repair_s, found["node-lost"].source) == (2, 60, OWN)
    assert (found["link-cut"].per_year, found["link-cut"].repair_s) == (0, 4 * 3600)
    assert found["link-cut"].source == f"{OWN}; repair: assumption"
    assert (found["disk-failed"].per_year, found["disk-failed"].repair_s) == (0.0157, 5)
    assert found["disk-failed"].source.endswith(f"; repair: {OWN}")
    assert found["node-hung"].per_year == DEFAULTS["node-hung"].per_year
