"""Every fault says what explore takes it for, or that explore does not cover it; nothing here names a fault."""

from random import Random

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms import platforms
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.drill.fault import Setting, unfit
from quorate.drill.faults import faults
from quorate.drill.meaning import Faced, Meaning
from quorate.explore.of_cluster import of_cluster

SEEDS = 20
GROUNDS = ("container", "kernel", "hosts")


def settings() -> list[Setting]:
    """Every kind of service, everywhere."""
    found = []
    for kind in kinds().values():
        cluster = load(kind.example, f"{kind.kind}.yaml", kinds()).cluster
        assert cluster is not None
        name = next(name for name, one in cluster.services.items() if isinstance(one, kind))
        found += [Setting(cluster, name, ground) for ground in GROUNDS]
    return found


SETTINGS = settings()
SUBJECTS = {
    (one.cluster.name, one.service): of_cluster(one.cluster, AgentLibrary.shipped(), platforms()[0]) for one in SETTINGS
}


def meanings(name: str) -> list[tuple[Faced, Meaning]]:
    """What it means wherever it fits, for every node that may serve, whatever chance chooses."""
    fault, found = faults()[name], []
    for setting in SETTINGS:
        if unfit(fault, setting):
            continue
        subject = SUBJECTS[setting.cluster.name, setting.service]
        for node in subject.service(setting.service).nodes:
            chosen = {tuple(sorted(fault.choose(setting, node, Random(seed)).items())) for seed in range(SEEDS)}
            for one in sorted(chosen):
                faced = Faced(subject, setting.service, node, dict(one))
                found.append((faced, fault.meaning(faced)))
    return found


@pytest.mark.parametrize("name", sorted(faults()))
def test_a_fault_is_foretold_or_says_why_not(name: str) -> None:
    found = meanings(name)
    assert found, "it fits nowhere"
    for _, meaning in found:
        assert bool(meaning.failures) != bool(meaning.uncovered)
        assert not meaning.uncovered or (meaning.uncovered.endswith(".") and meaning.uncovered[0].isupper())
        assert all(failure.id and failure.words and not failure.words.endswith(".") for failure in meaning.failures)


@pytest.mark.parametrize("name", sorted(faults()))
def test_what_it_is_taken_for_speaks_of_what_is_there(name: str) -> None:
    for faced, meaning in meanings(name):
        nodes, subject = set(faced.subject.nodes), meaning.subject or faced.subject
        for failure in meaning.failures:
            named = {*failure.lost, *failure.left, *failure.standby, *(node for node, _ in failure.links)}
            assert named | {node for side in failure.apart for node in side} <= nodes
            assert {result.resource for result in (*failure.results, *failure.failing)} <= subject.parts.keys()
            assert failure.devices <= {fence.id for fence in subject.fences}


@pytest.mark.parametrize("name", [name for name, fault in faults().items() if fault.LEAVES])
def test_a_fault_whose_node_leaves_is_taken_for_one_that_it_leaves_by(name: str) -> None:
    for faced, meaning in meanings(name):
        last = meaning.failures[-1:] if meaning.failures else ()
        for failure in last:
            assert faced.node in failure.lost or frozenset({faced.node}) in failure.apart
