"""Whatever describe accepts, check can judge: sections of the corpus thrown together at random never break a rule."""

import random

import pytest
from corpus import BAD, GOOD
from ruamel.yaml import YAML

from quorate.catalog.services import kinds
from quorate.check.run import check
from quorate.describe.cluster import Cluster
from quorate.describe.load import load

SECTIONS = ("ssh", "corosync", "quorum", "fencing", "pacemaker", "services", "resources", "constraints", "targets")


def mixed(seed: int, documents: list[dict[str, object]]) -> dict[str, object]:
    chance = random.Random(seed)
    mixture: dict[str, object] = {"cluster": "mixture", "nodes": chance.choice(documents)["nodes"]}
    for section in SECTIONS:
        said = [document[section] for document in documents if section in document]
        if chance.random() < 0.5:
            mixture[section] = chance.choice(said)
    return mixture


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> list[Cluster]:
    yaml = YAML(typ="safe")
    documents = [yaml.load(file.read_text()) for file in (*GOOD, *BAD)]
    accepted = []
    for seed in range(80):
        file = tmp_path_factory.getbasetemp() / f"mixture-{seed}.yaml"
        yaml.dump(mixed(seed, documents), file)
        loaded = load(file.read_bytes(), file.name, kinds())
        accepted += [loaded.cluster] if loaded.cluster else []
    return accepted


def test_mixtures_are_judged(clusters: list[Cluster]) -> None:
    assert len(clusters) > 20
    for cluster in clusters:
        for finding in check(cluster):
            assert finding.path
            assert finding.summary
