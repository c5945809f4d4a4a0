"""The suite: which faults fit, and in which order."""

import pytest

from quorate.catalog.service import Service
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.faults import faults
from quorate.drill.suite import chosen, fitting
from quorate.errors import UsageError


def service(kind: str) -> Service:
    cluster = load(kinds()[kind].example, "cluster.yaml", kinds()).cluster
    assert cluster is not None
    found = next(iter(cluster.services.values()))
    assert isinstance(found, Service)
    return found


def test_gentle_faults_come_first_and_a_replicated_store_has_more() -> None:
    assert fitting("site", service("web"))[:2] == ["standby", "kill-server"]
    assert not [fault for fault in fitting("site", service("web")) if "peer" in fault]
    assert set(fitting("database", service("mariadb"))) == faults().keys()


def test_what_is_asked_for_keeps_its_order() -> None:
    assert chosen("site", service("web"), ["power-cut", "standby"]) == ["power-cut", "standby"]
    assert chosen("site", service("web"), []) == fitting("site", service("web"))


@pytest.mark.parametrize(
    ("fault", "words"), [("power-cut-peer-syncing", "needs replicated data"), ("earthquake", "no fault 'earthquake'")]
)
def test_what_does_not_fit_is_refused_with_a_reason(fault: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        chosen("site", service("web"), [fault])
