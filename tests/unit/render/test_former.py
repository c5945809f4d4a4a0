"""What quorate makes of services is known again as it stands in the CIB, in every rendered case."""

from pathlib import Path

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.expand import of_service
from quorate.catalog.parts import CLONES
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.render.cib import configuration
from quorate.render.former import former_constraints, is_former_clone

CASES = [path.parent for path in Path(__file__).parents[2].glob("data/render/*/cluster.yaml")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_constraint_of_a_service_is_known_or_is_of_a_clone_beside_it(case):
    """One that names such a clone goes with it."""
    cluster = load((case / "cluster.yaml").read_bytes(), "cluster.yaml", kinds()).cluster
    live = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    sites = [Site(name, PLATFORM, cluster) for name in cluster.services]
    made = {one.id for site in sites for one in of_service(site).constraints}
    known = former_constraints(live, cluster.services)
    assert known <= made
    beside = {f"{name}-{part}" for name in cluster.services for part in CLONES}
    left = [one for one in live.iterfind("constraints/*") if one.get("id") in made - known]
    assert [one.get("id") for one in left if not beside & set(one.attrib.values())] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_clone_beside_a_service_is_known(case):
    cluster = load((case / "cluster.yaml").read_bytes(), "cluster.yaml", kinds()).cluster
    live = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    clones = {
        resource.get("id")
        for resource in live.iterfind("resources/*")
        if any(resource.get("id") == f"{name}-{part}" for name in cluster.services for part in CLONES)
    }
    found = {one.get("id") for one in live.iterfind("resources/*") if is_former_clone(one, cluster.services)}
    assert found == clones
