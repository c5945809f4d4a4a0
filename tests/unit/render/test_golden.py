"""Every case of tests/data/render: the file in, the text quorate would write out (see README.md there)."""

from pathlib import Path

import pytest

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import nodes_of
from quorate.catalog.storage import Replicated
from quorate.describe.load import load
from quorate.render import drbd, hosts
from quorate.render.cib import cib, configuration, text
from quorate.render.corosync import corosync_conf
from quorate.render.merge import merged, same

CASES = Path(__file__).parents[2] / "data/render"
NAMES = sorted(path.parent.name for path in CASES.glob("*/cluster.yaml"))


@pytest.fixture(params=NAMES)
def case(request):
    return CASES / request.param


@pytest.fixture
def cluster(case):
    loaded = load((case / "cluster.yaml").read_bytes(), "cluster.yaml", kinds())
    assert loaded.findings == []
    return loaded.cluster


def test_there_are_cases():
    assert len(NAMES) >= 8


def test_corosync_conf(case, cluster):
    assert corosync_conf(cluster) == (case / "corosync.conf").read_text()


def test_hosts(case, cluster):
    before = (CASES / "hosts.before").read_text()
    after = hosts.merged(before, cluster)
    assert after == (case / "hosts").read_text()
    assert hosts.merged(after, cluster) == after


def test_cib(case, cluster):
    assert text(cib(cluster, AgentLibrary.shipped(), PLATFORM)) == (case / "cib.xml").read_text()


def test_active_and_passive_are_one_word_of_the_file():
    active, passive = (CASES / f"openstack-{form}/cluster.yaml" for form in ("active", "passive"))
    assert active.read_text().replace("kind: haproxy", "kind: address") == passive.read_text()


def test_drbd(case, cluster):
    services = {n: s for n, s in cluster.services.items() if isinstance(s.store(n), Replicated)}
    assert {path.name.partition(".")[0] for path in case.glob("*.res")} == set(services)
    for name, service in services.items():
        store = service.store(name)
        ends = drbd.ends(store, nodes_of(cluster, service), {})
        for generation in (8, 9):
            text = drbd.resource_file(store, ends, "made-once-on-the-nodes", generation=generation, fenced=True)
            assert text == (case / f"{name}.drbd{generation}.res").read_text()


def test_merging_what_was_written_changes_nothing(case, cluster):
    live = (case / "cib.xml").read_bytes()
    wanted = configuration(cluster, AgentLibrary.shipped(), PLATFORM)
    again, leftovers = merged(live, wanted)
    assert leftovers == []
    assert text(again) == live.decode()
    assert same(again.find("configuration"), wanted)
