"""A cluster that quorate built, read back from what it wrote: the same services, the same CIB, nothing lost."""

from pathlib import Path

import pytest
from lxml import etree
from tests.unit.adopt.adopting import TOOLS, adopted, cluster, objects, rendered

from quorate.adopt.account import uncovered
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.render.cib import cib, text
from quorate.render.corosync import corosync_conf
from quorate.render.merge import same

DATA = Path(__file__).parents[2] / "data/render"
CASES = sorted(path.parent.name for path in DATA.glob("*/cluster.yaml"))
BLUEPRINTS = sorted(Path(load.__code__.co_filename).parents[1].glob("catalog/blueprints/*.yaml"))
EXAMPLES = [(path.stem, path.read_text()) for path in BLUEPRINTS] + [(n, kind.example) for n, kind in kinds().items()]
WRITTEN_BY_HAND = {"crm-text", "resources"}  # their own ids are given anew


@pytest.mark.parametrize(("name", "file"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
@pytest.mark.parametrize("with_conf", [False, True], ids=["cib", "cib-and-conf"])
def test_every_blueprint_is_read_back_from_its_cib(name, file, with_conf):
    before = cluster(file)
    written = text(cib(before, TOOLS.agents, PLATFORM))
    texts = [("cib.xml", written), *([("corosync.conf", corosync_conf(before))] if with_conf else [])]
    result = adopted(*texts)
    after = cluster(result.text)
    assert dict(after.services).keys() == dict(before.services).keys()
    assert {n: s.kind for n, s in after.services.items()} == {n: s.kind for n, s in before.services.items()}
    assert after.text.statements == ()
    assert same(rendered(result.text), etree.fromstring(written).find("configuration"))
    assert list(uncovered(result.account, dict(texts))) == []
    if with_conf:
        assert after.nodes == before.nodes
        assert corosync_conf(after) == corosync_conf(before)
        assert after.quorum == before.quorum


@pytest.mark.parametrize("name", CASES)
def test_golden_clusters_are_read_back(name):
    written = (DATA / name / "cib.xml").read_text()
    conf = (DATA / name / "corosync.conf").read_text()
    result = adopted(("cib.xml", written), ("corosync.conf", conf), verbatim=name in WRITTEN_BY_HAND)
    assert list(uncovered(result.account, {"cib.xml": written, "corosync.conf": conf})) == []
    wanted = etree.fromstring(written).find("configuration")
    if name in WRITTEN_BY_HAND:
        lost = objects(wanted) - objects(rendered(result.text))
        assert {type(item).__name__ for item in lost} <= {"Node"}, "attributes go to nodes' usual set"
    else:
        assert same(rendered(result.text), wanted)
    before = load((DATA / name / "cluster.yaml").read_bytes(), name, kinds()).cluster
    after = cluster(result.text)
    assert list(after.services) == list(before.services)
    assert [(n.name, n.id, [link.ip for link in n.links], n.votes) for n in after.nodes] == [
        (n.name, n.id, [link.ip for link in n.links], n.votes) for n in before.nodes
    ]
    assert after.quorum == before.quorum


def test_a_disk_is_taken_from_drbds_own_file():
    folder = DATA / "mariadb-drbd"
    names = ("cib.xml", "corosync.conf", "database.drbd9.res")
    after = cluster(adopted(*((name, (folder / name).read_text()) for name in names)).text)
    assert after.services["database"].data.drbd.disk == "/dev/sda3"


def test_what_no_input_says_is_a_placeholder():
    result = adopted(("cib.xml", (DATA / "mariadb-drbd/cib.xml").read_text()))
    codes = {finding.code for finding in result.findings}
    assert {"address-unknown", "disk-unknown"} <= codes
    assert "192.0.2.1" in result.text
    assert "/dev/unknown" in result.text


def test_names_that_are_no_keys_stay_text():
    text = (
        "node n1 attributes '#health-disk'=red\nproperty hana:site=east maintenance-mode=false\n"
        "primitive a ocf:heartbeat:Dummy op monitor interval=10s\n"
    )
    found = cluster(adopted(("text.crm", text)).text)
    assert found.nodes[0].attributes == {"#health-disk": "red"}
    assert found.pacemaker.properties == {"hana:site": "east", "maintenance-mode": "false"}
