"""What services call their parts can be told from what people call theirs, in every rendered case."""

from pathlib import Path

import pytest

from quorate.catalog.expand import of_service
from quorate.catalog.parts import is_part
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load

CASES = [path.parent for path in Path(__file__).parents[2].glob("data/render/*/cluster.yaml")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_id_that_a_service_makes_is_its_name_or_a_part_of_it(case):
    cluster = load((case / "cluster.yaml").read_bytes(), "cluster.yaml", kinds()).cluster
    for name in cluster.services:
        made = of_service(Site(name, PLATFORM, cluster))
        ids = [one.id for one in (*made.resources, *made.constraints) if one.id != name]
        assert [id_ for id_ in ids if not is_part(id_, cluster.services)] == []


@pytest.mark.parametrize(
    ("id_", "its"),
    [
        ("db-server", True),
        ("db-replicas-never-on-n3", True),
        ("db-prefers-n-1", True),
        ("db-after-promotion", True),
        ("db-with-proxy", True),
        ("db", False),  # the whole
        ("db-with-backup", False),  # the file has no such service: somebody's own
        ("db-backup", False),
        ("db-replica-server", False),  # of a service db-replica, which the file no longer has
        ("database-server", False),
        ("cli-ban-db-on-n1", False),
    ],
)
def test_parts_are_told_by_the_names_of_services(id_, its):
    assert is_part(id_, {"db", "proxy"}) is its
