"""The suite: which faults fit, and in which order."""

import pytest

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.fault import Setting
from quorate.drill.faults import faults
from quorate.drill.suite import ORDER, chosen, drawn, fitting, remaining_s, seed_of
from quorate.errors import UsageError


def setting(kind: str) -> Setting:
    cluster = load(kinds()[kind].example, "cluster.yaml", kinds()).cluster
    assert cluster is not None
    return Setting(cluster, next(iter(cluster.services)), "container" if kind == "web" else "kernel")


def test_gentle_faults_come_first_and_a_replicated_store_has_more() -> None:
    assert fitting(setting("web"))[:3] == ["standby", "link-down", "kill-server"]
    assert not [fault for fault in fitting(setting("web")) if "peer" in fault]
    assert {*fitting(setting("web")), *fitting(setting("mariadb"))} == faults().keys() == set(ORDER)


def test_what_is_asked_for_keeps_its_order() -> None:
    assert chosen([setting("web")], ["power-cut", "standby"]) == ["power-cut", "standby"]
    assert chosen([setting("web")], []) == fitting(setting("web"))


@pytest.mark.parametrize(
    ("fault", "words"), [("power-cut-peer-syncing", "no replicated data"), ("earthquake", "no fault 'earthquake'")]
)
def test_what_does_not_fit_is_refused_with_a_reason(fault: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        chosen([setting("web")], [fault])


def test_a_pattern_stands_for_what_fits() -> None:
    fit = fitting(setting("web"))
    cuts = [one for one in fit if one.startswith("power-")]
    assert "power-cut" in cuts
    assert chosen([setting("web")], ["power-*", "standby"]) == [*cuts, "standby"]
    with pytest.raises(UsageError, match=r"no fault 'peer-\*'"):
        chosen([setting("web")], ["peer-*"])


def test_the_same_seed_draws_the_same() -> None:
    order = fitting(setting("web"))
    assert drawn(order, 100, 7) == drawn(order, 100, 7) != drawn(order, 100, 8)
    assert set(drawn(order, 500, 7)) == set(order)


def test_every_run_can_be_the_first_of_a_series() -> None:
    assert seed_of(seed_of(41, 3), 1) == seed_of(41, 3) == 43


def test_the_time_that_is_left_is_told_by_the_runs_that_are_done() -> None:
    assert remaining_s([("a", 10.0)], ["a", "a"]) is None
    assert remaining_s([("a", 10.0), ("b", 30.0)], []) is None
    assert remaining_s([("a", 10.0), ("b", 30.0)], ["a", "b", "c"]) == 60
