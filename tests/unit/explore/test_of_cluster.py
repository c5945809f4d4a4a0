import pytest
from lxml import etree

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.blueprints import blueprints
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.errors import UsageError
from quorate.explore.of_cluster import of_cluster
from quorate.explore.subject import Disk
from quorate.render.cib import cib, text

FILE = """\
cluster: pair
nodes:
  n1: {links: [10.1.0.1, 10.2.0.1], fencing: {ipmi: 10.9.0.1}}
  n2: {links: [10.1.0.2, 10.2.0.2], fencing: {ipmi: 10.9.0.2}}
fencing:
  ipmi: {user: admin, password: {env: IPMI}}
  devices:
    outlets: {agent: fence_apc, nodes: {n1: "1", n2: "2"}, parameters: {ip: 10.2.0.250}, delay: 1s, delay_max: 5s}
services:
  database: {kind: mariadb, data: {drbd: {disk: /dev/sda3}}, address: 10.1.0.50/24}
resources:
  idle: {primitive: "ocf:pacemaker:Dummy", meta: {target-role: Stopped}}
  state: {primitive: "ocf:pacemaker:Stateful"}
  state-clone: {clone: state, promotable: true}
  one: {primitive: "ocf:pacemaker:Dummy"}
  two: {primitive: "ocf:pacemaker:Dummy"}
  both: {group: [one, two]}
constraints:
  - {location: both, node: n2, score: 50}
  - {location: state-clone, node: n1, score: -INFINITY}
"""


def cluster_of(file):
    return load(file, "file.yaml", kinds()).cluster


def subject_of(file=FILE, live=""):
    return of_cluster(cluster_of(file), AgentLibrary.shipped(), PLATFORM, live)


def test_services_are_those_of_the_file_then_its_own_resources():
    subject = subject_of()
    assert subject.names == ("database", "state-clone", "both")
    server = ("database-drbd", "database-filesystem", "database-address", "database-server")
    assert subject.service("database").needs == server
    assert subject.service("both").needs == ("one", "two")
    assert any("idle" in remark for remark in subject.remarks)
    assert {part.service for part in subject.parts.values()} == {"", "database", "state-clone", "both"}


def test_nodes_of_a_service_come_in_order_of_preference():
    subject = subject_of()
    assert subject.service("both").nodes == ("n2", "n1")
    assert subject.service("state-clone").nodes == ("n2",)
    named = FILE.replace("{kind: mariadb,", "{kind: mariadb, nodes: [n2, n1],")
    assert subject_of(named).service("database").nodes == ("n2", "n1")


def test_a_part_has_the_times_of_the_cib():
    parts = subject_of().parts
    drbd = parts["database-drbd"]
    assert drbd.promotable
    assert drbd.clone == "database-replicas"
    assert (drbd.monitor_s, dict(drbd.monitors_s)) == (11, {"Promoted": 11, "Unpromoted": 13})
    assert drbd.timeouts_s["promote"] == 180
    assert parts["database-server"].watched
    assert (parts["database-server"].asked_s, parts["database-server"].patience_s) == (5, 15)
    assert not parts["database-address"].watched
    assert parts["database-server"].timeouts_s["start"] == 180
    assert parts["one"].monitor_s == 10


def test_what_fences_whom_over_which_power_and_network():
    fences = {fence.id: fence for fence in subject_of().fences}
    assert fences["ipmi-n1"].victims == ("n1",)
    assert fences["ipmi-n1"].onboard == "n1"
    assert fences["ipmi-n1"].nodes == ("n2",)
    assert fences["ipmi-n1"].link is None
    assert fences["ipmi-n1"].delay_s == {"n1": 2}
    outlets = fences["outlets"]
    assert (outlets.onboard, outlets.link, outlets.random_s, outlets.nodes) == ("", 1, 4, ("n1", "n2"))
    assert outlets.delay_s == {"n1": 3, "n2": 3}
    assert subject_of().levels == {"n1": (("ipmi-n1",), ("outlets",)), "n2": (("ipmi-n2",), ("outlets",))}


def test_a_board_that_is_a_device_of_its_own_shares_its_nodes_power():
    board = FILE.replace('agent: fence_apc, nodes: {n1: "1", n2: "2"}', "agent: fence_redfish, nodes: [n2]")
    assert {f.id: f.onboard for f in subject_of(board).fences}["outlets"] == "n2"


def test_disks():
    replicated = {"service": "database", "parts": ("database-drbd",), "replicated": True, "resource": "database-drbd"}
    assert subject_of().disks == (
        Disk("/dev/sda3", node="n1", **replicated),
        Disk("/dev/sda3", node="n2", **replicated),
    )
    shared = FILE.replace("{drbd: {disk: /dev/sda3}}", "{lvm: {disk: /dev/sdb}}")
    assert subject_of(shared).disks == (Disk("/dev/sdb", "database", parts=("database-volume",)),)
    directory = FILE.replace("{drbd: {disk: /dev/sda3}}", "{filesystem: {device: /srv/shared}}")
    assert subject_of(directory).disks == (Disk("/srv/shared", "database", parts=("database-filesystem",)),)


def test_times_votes_and_links():
    subject = subject_of()
    assert subject.detection_s == 6.6
    assert subject.priority_delay_s == 5
    assert subject.quorum.two_node
    assert subject.votes == {"n1": 1, "n2": 1}
    assert subject.ids == {"n1": 1, "n2": 2}
    assert subject.links == {"n1": (0, 1), "n2": (0, 1)}
    assert subject.bonded == frozenset()
    assert subject_of(FILE + "corosync: {links: [{bond: active-backup}]}\n").bonded == {0}
    assert {part.priority for part in subject.parts.values()} == {1}
    device = subject_of(FILE + "quorum: {device: {host: 10.1.0.9, timeout: 20s}}\n")
    assert device.detection_s == 24
    assert device.device_link == 0
    far = subject_of(FILE + "quorum: {device: {host: third.example}}\n")
    assert far.device_link is None


def test_rates_of_the_file_win():
    subject = subject_of(FILE + "rates: {node-lost: {per_year: 7}}\n")
    assert subject.rates["node-lost"].per_year == 7
    assert subject.rates["disk-failed"].per_year > 0


def test_scores_are_there_before_the_first_start_where_the_clone_may_run():
    root = etree.fromstring(subject_of().cib)
    found = {
        (state.get("uname"), pair.get("name"), pair.get("value"))
        for state in root.iterfind("status/node_state")
        for pair in state.iterfind("transient_attributes/instance_attributes/nvpair")
    }
    assert found == {
        ("n1", "master-database-drbd", "10000"),
        ("n2", "master-database-drbd", "10000"),
        ("n2", "master-state", "10000"),
    }
    assert not subject_of().live


@pytest.mark.parametrize("name", blueprints())
def test_every_blueprint_is_a_subject(name):
    cluster = cluster_of(blueprints()[name].text)
    subject = of_cluster(cluster, AgentLibrary.shipped(), PLATFORM)
    assert subject.names == tuple(cluster.services)
    assert all(part in subject.parts for service in subject.services for part in service.needs)
    assert {fence.onboard for fence in subject.fences} == set(subject.nodes)
    assert [remark for remark in subject.remarks if "are taken to be at the server of" not in remark] == []


RUNNING = """<lrm_resource id="database-server" type="mysql" class="ocf" provider="heartbeat">
<lrm_rsc_op id="database-server_last_0" operation="start" rc-code="0" interval="0" call-id="9"/></lrm_resource>"""


def live(file=FILE):
    root = cib(cluster_of(file), AgentLibrary.shipped(), PLATFORM)
    root.find("status/node_state/lrm/lrm_resources").append(etree.fromstring(RUNNING))
    return text(root)


def test_a_live_cib_takes_the_place_of_the_rendered_one():
    there = live(FILE.replace("  one: {primitive", '  extra: {primitive: "ocf:pacemaker:Dummy"}\n  one: {primitive'))
    subject = subject_of(FILE.replace("  two: {", '  new: {primitive: "ocf:pacemaker:Dummy"}\n  two: {'), there)
    assert subject.live
    assert RUNNING.splitlines()[0] in subject.cib
    assert "master-" not in subject.cib, "a running cluster has scores of its own"
    assert subject.names == ("database", "state-clone", "extra", "both")
    assert "in the file and not on the cluster, so not explored: new" in subject.remarks
    assert "on the cluster and not in the file: extra" in subject.remarks
    assert subject.fences == subject_of().fences


def test_what_a_service_was_made_of_before_is_none_by_itself():
    """Its DRBD device goes when the file gives it another store; nobody loses a service by that."""
    there = live(FILE)
    subject = subject_of(FILE.replace("{drbd: {disk: /dev/sda3}}", "{filesystem: {device: /srv/db}}"), there)
    assert subject.names == ("database", "state-clone", "both")


CALLED_AS_PARTS = [
    ("database-unit", '<primitive id="database-unit" class="ocf" provider="pacemaker" type="Dummy"/>'),
    ("database-servers", '<clone id="database-servers"><primitive id="mine" class="systemd" type="haproxy"/></clone>'),
]


@pytest.mark.parametrize(("name", "xml"), CALLED_AS_PARTS)
def test_what_somebody_called_like_a_part_of_a_service_is_explored(name, xml):
    root = cib(cluster_of(FILE), AgentLibrary.shipped(), PLATFORM)
    root.find("configuration/resources").append(etree.fromstring(xml))
    subject = subject_of(live=text(root))
    assert subject.names == ("database", "state-clone", "both", name)
    assert {subject.parts[part].service for part in subject.service(name).needs} == {name}


def test_a_cib_of_other_nodes_is_refused():
    with pytest.raises(UsageError, match=r"n1, n2.*n1, n3"):
        subject_of(live=live(FILE.replace("n2", "n3")))
