"""What the catalog promises of its services, asked of Pacemaker's own scheduler: move once, and not back."""

import re
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.expand import of_service
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.render.cib import cib, text

pytestmark = pytest.mark.tools


@pytest.fixture(params=kinds().values(), ids=lambda kind: kind.kind)
def cluster(request):
    return load(request.param.example, "example.yaml", kinds()).cluster


@pytest.fixture
def service(request, cluster):
    """The ids of the primitives of the service that the kind's example is about."""
    kind = request.node.callspec.params["cluster"]
    [name] = [name for name, one in cluster.services.items() if isinstance(one, kind)]
    return [primitive.id for primitive in of_service(Site(name, PLATFORM, cluster)).primitives]


def settle(source, result, *changes):
    """Return the planned actions by resource, as crm_simulate's transition summary words them."""
    argv = ["crm_simulate", "--simulate", "--xml-file", source, "--save-output", result, *changes]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    summary = done.stdout.partition("Transition Summary:")[2].partition("Executing Cluster Transition:")[0]
    return [tuple(line.split()[1:3]) for line in summary.splitlines() if re.match(r"\s+\* ", line)]


def where(file, resource):
    """Return the nodes on which a resource runs, by the operations recorded in the CIB's status."""
    found = []
    for state in etree.parse(file).findall(".//node_state"):
        history = state.findall(f".//lrm_resource[@id='{resource}']/lrm_rsc_op")
        last = max(history, key=lambda op: int(op.get("call-id", "0")), default=None)
        if last is not None and last.get("operation") in {"start", "monitor"} and last.get("rc-code") == "0":
            found.append(state.get("uname"))
    return found


def promotable(root):
    """Give each promotable clone the promotion score that its agent would set on every node; return the CIB."""
    for primitive in root.findall(".//clone/meta_attributes/nvpair[@name='promotable']/../../primitive"):
        for node in root.findall("configuration/nodes/node"):
            name = f"master-{primitive.get('id')}"
            group = etree.SubElement(node, "instance_attributes", id=f"scores-{name}-{node.get('id')}")
            etree.SubElement(group, "nvpair", id=f"{name}-{node.get('id')}", name=name, value="10000")
    return root


def test_a_lost_node_is_fenced_its_services_move_once_and_stay(cluster, service, tmp_path):
    start, rest, lost, back = (tmp_path / f"{name}.xml" for name in ("start", "rest", "lost", "back"))
    root = promotable(cib(cluster, AgentLibrary.shipped(), PLATFORM))
    start.write_text(text(root))
    settle(start, rest)
    cloned = {primitive.get("id") for primitive in root.findall(".//clone//primitive")}
    own = [id_ for id_ in service if id_ not in cloned]
    victims = {node for resource in own for node in where(rest, resource)}
    assert len(victims) == bool(own)  # all parts of a service that runs once are on one node
    victim = next(iter(victims), cluster.nodes[0].name)

    actions = settle(rest, lost, f"--node-fail={victim}")
    assert any(action == "Fence" for action, _ in actions)
    heirs = {node for resource in own for node in where(lost, resource)}
    assert len(heirs) == bool(own)
    assert victim not in heirs
    if not own:  # every node runs it, and the others are left alone
        assert {action for action, resource in actions if resource.partition(":")[0] in service} <= {"Stop"}

    actions = settle(lost, back, f"--node-up={victim}")
    assert [resource for _, resource in actions if resource in own] == []
    assert {node for resource in own for node in where(back, resource)} == heirs


def test_without_stickiness_it_would_move_back(tmp_path):
    """The counterpart: with a preference and no stickiness the return of a node is a second outage."""
    example = kinds()["web"].example.replace("    kind: web\n", "    kind: web\n    nodes: [n1, n2]\n")
    example += "pacemaker: {stickiness: 0}\n"
    cluster = load(example, "example.yaml", kinds()).cluster
    start, rest, lost, back = (tmp_path / f"{name}.xml" for name in ("start", "rest", "lost", "back"))
    start.write_text(text(cib(cluster, AgentLibrary.shipped(), PLATFORM)))
    settle(start, rest)
    settle(rest, lost, "--node-fail=n1")
    assert ("Move", "site-apache") in settle(lost, back, "--node-up=n1")
    sticky = load(example.replace("stickiness: 0", "stickiness: 1000"), "example.yaml", kinds()).cluster
    start.write_text(text(cib(sticky, AgentLibrary.shipped(), PLATFORM)))
    settle(start, rest)
    settle(rest, lost, "--node-fail=n1")
    assert [resource for _, resource in settle(lost, back, "--node-up=n1") if resource.startswith("site")] == []


def test_a_server_that_stops_answering_is_restarted_in_place(tmp_path):
    cluster = load(kinds()["web"].example, "example.yaml", kinds()).cluster
    start, rest, after = (tmp_path / f"{name}.xml" for name in ("start", "rest", "after"))
    start.write_text(text(cib(cluster, AgentLibrary.shipped(), PLATFORM)))
    settle(start, rest)
    [node] = where(rest, "site-apache")
    actions = settle(rest, after, f"--op-inject=site-apache_monitor_5000@{node}=1")
    assert ("Recover", "site-apache") in actions
    assert where(after, "site-apache") == [node]
    assert not [resource for _, resource in actions if resource == "site-address"]


ACTIVE_PASSIVE = Path(__file__).parents[1] / "data/render/openstack-passive/cib.xml"


def test_an_api_that_fails_is_started_where_it_ran_and_the_others_are_left_alone(tmp_path):
    rest, failed = tmp_path / "rest.xml", tmp_path / "failed.xml"
    settle(ACTIVE_PASSIVE, rest)
    [node] = where(rest, "images-server")
    actions = settle(rest, failed, f"--op-inject=images-server_monitor_10000@{node}=7")
    assert actions == [("Recover", "images-server")]
    assert where(failed, "images-server") == where(failed, "identity-server") == where(failed, "entrance") == [node]


@pytest.mark.parametrize("lost", ["images-server", "identity-server", "database-server"])
def test_what_cannot_run_on_its_node_any_more_takes_the_address_along(lost, tmp_path):
    rest, after = tmp_path / "rest.xml", tmp_path / "after.xml"
    settle(ACTIVE_PASSIVE, rest)
    [node] = where(rest, "entrance")
    root = etree.parse(rest)
    ban = {"id": "ban", "rsc": lost, "node": node, "score": "-INFINITY"}  # as the third failure has it
    etree.SubElement(root.find("configuration/constraints"), "rsc_location", ban)
    root.write(rest)
    settle(rest, after)
    [heir] = where(after, "entrance")
    assert heir != node
    assert where(after, "images-server") == where(after, "identity-server") == [heir]
