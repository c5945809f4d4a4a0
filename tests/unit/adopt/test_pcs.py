"""Commands of pcs become a cluster file: the same services, nothing lost, no password shown."""

from pathlib import Path

import pytest
from lxml import etree
from tests.unit.adopt.adopting import adopted, cluster, rendered

from quorate.adopt.account import uncovered
from quorate.dialect.cib import read as from_cib
from quorate.dialect.pcs.write import write
from quorate.render.merge import same

DATA = Path(__file__).parents[2] / "data"
# Of the others pcs has no words for something: templates, rules of parameters
CASES = sorted(path.parent.name for path in (DATA / "render").glob("*/cluster.yaml")
               if path.parent.name not in {"crm-text", "resources"})  # fmt: skip
SETUP = """pcs cluster setup web n1 addr=10.0.0.1 addr=10.1.0.1 n2 addr=10.0.0.2 addr=10.1.0.2 \\
  transport knet link linknumber=1 transport=sctp totem token=5000 quorum wait_for_all=0
pcs resource create site systemd:nginx --no-default-ops
"""


@pytest.mark.parametrize("name", CASES)
def test_golden_clusters_are_read_back_from_commands(name):
    folder = DATA / "render" / name
    wanted = etree.fromstring((folder / "cib.xml").read_bytes()).find("configuration")
    commands = write(from_cib.read(wanted)).text
    texts = {"commands.sh": commands, "corosync.conf": (folder / "corosync.conf").read_text()}
    result = adopted(*texts.items())
    assert list(uncovered(result.account, texts)) == []
    assert same(rendered(result.text), wanted)


@pytest.mark.parametrize("name", ["whole", "dialogue", "of_old", "printed"])
def test_every_line_is_accounted_for(name):
    text = (DATA / "dialect/pcs" / name / "text.sh").read_text()
    assert list(uncovered(adopted(("guide.txt", text)).account, {"guide.txt": text})) == []


def test_the_cluster_is_as_it_was_set_up():
    made = cluster(adopted(("setup.sh", SETUP)).text)
    assert made.name == "web"
    assert [[link.ip.compressed for link in node.links] for node in made.nodes] == [
        ["10.0.0.1", "10.1.0.1"],
        ["10.0.0.2", "10.1.0.2"],
    ]
    assert made.corosync.links[1].protocol == "sctp"
    assert made.corosync.token_ms == 5000
    assert made.quorum.two_node
    assert not made.quorum.wait_for_all


def test_passwords_are_in_no_finding():
    said = "pcs stonith create f fence_ipmilan ip=10.0.0.1 password='top \"secret\"' pcmk_host_list=n1\n"
    result = adopted(("setup.sh", SETUP + said))
    assert "secret-in-clear" in {finding.code for finding in result.findings}
    assert 'top "' not in f"{result.findings}"
    assert 'top "' not in result.text


def test_passwords_of_a_cib_are_in_no_finding():
    text = (DATA / "render/web/cib.xml").read_text().replace('value="lrm://"', 'value="a&lt;b"')
    result = adopted(("cib.xml", text))
    assert "secret-in-clear" in {finding.code for finding in result.findings}
    assert "a&lt;b" not in f"{result.findings}"
    assert "a<b" not in f"{result.findings}" + result.text
