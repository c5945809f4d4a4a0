"""The suite: which faults fit, and in which order."""

import pytest

from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.fault import Setting
from quorate.drill.faults import faults
from quorate.drill.suite import ORDER, chosen, fitting
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
    assert chosen(setting("web"), ["power-cut", "standby"]) == ["power-cut", "standby"]
    assert chosen(setting("web"), []) == fitting(setting("web"))


@pytest.mark.parametrize(
    ("fault", "words"), [("power-cut-peer-syncing", "no replicated data"), ("earthquake", "no fault 'earthquake'")]
)
def test_what_does_not_fit_is_refused_with_a_reason(fault: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        chosen(setting("web"), [fault])
