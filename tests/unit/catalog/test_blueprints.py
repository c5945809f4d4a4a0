"""Every blueprint is a sound cluster file that says in its list what it builds."""

import pytest

from quorate.catalog.blueprints import Blueprint, blueprints
from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.load import load
from quorate.findings import Severity


def test_there_is_one_for_each_kind_and_each_file() -> None:
    assert {
        *kinds(),
        "mariadb-drbd",
        "mariadb-shared-directory",
        "mariadb-shared-disk",
        "openstack-core-passive",
        "rabbitmq-drbd",
    } <= blueprints().keys()
    assert list(blueprints()) == sorted(blueprints())


@pytest.mark.parametrize("name", blueprints())
def test_nothing_is_wrong_with_it(name: str) -> None:
    one = blueprints()[name]
    loaded = load(one.text, f"{name}.yaml", kinds())
    assert loaded.cluster is not None
    found = [*loaded.findings, *check(loaded.cluster)]
    assert [finding.summary for finding in found if finding.severity is not Severity.INFO] == []
    assert 20 < len(one.words) <= 120


@pytest.mark.parametrize("kind", ["mariadb", "rabbitmq"])
def test_the_usual_one_is_the_replicated_one(kind: str) -> None:
    assert blueprints()[f"{kind}-drbd"].text == kinds()[kind].example


def test_it_can_be_given_a_name_of_its_own() -> None:
    text = Blueprint("w", "# cluster: no\ncluster: web\nnodes: {}\n").called("mine")
    assert text == "# cluster: no\ncluster: mine\nnodes: {}\n"
    assert all("\ncluster: mine\n" in f"\n{one.called('mine')}" for one in blueprints().values())
