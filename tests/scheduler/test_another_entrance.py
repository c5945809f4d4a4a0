"""One word of the file, the kind of the entrance: what Pacemaker's scheduler makes of it, there and back."""

import os
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from quorate.build.baseline import Baseline
from quorate.build.consequences import Fate
from quorate.build.foretelling import Course, Known, foretell
from quorate.build.making_way import making_way, stopped
from quorate.build.restoring import configuration_of
from quorate.build.returning import WayBack
from quorate.build.steps.cib import in_turn
from quorate.build.want import Want
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.step import QUIET
from quorate.observe.facts.cib import parse, parse_xml
from quorate.render.cib import cib, configuration, text
from quorate.render.merge import merged

pytestmark = pytest.mark.tools
FILE = (Path(__file__).parents[1] / "data/render/openstack-active/cluster.yaml").read_text()
PASSIVE = FILE.replace("kind: haproxy", "kind: address")
AGENTS = AgentLibrary.shipped()
NODES = ["c1", "c2", "c3"]
APIS = ("identity-server", "images-server")


def foretold(before, after):
    """What the change of a cluster that runs by the one file to the other does."""
    old, new = (load(one, "cluster.yaml", kinds()).cluster for one in (before, after))
    with open_scheduler(text(cib(old, AGENTS, PLATFORM))) as scheduler:
        live = scheduler.cib((QUIET,))
    root, _ = merged(live.encode(), configuration(new, AGENTS, PLATFORM), services=new.services)
    known = Known(cluster=new, agents=AGENTS, platform=PLATFORM, place="container")
    return foretell(Course(live=live, configuration=root.find("configuration")), known)


def nodes_of(found, task, resource):
    return sorted(act.node for act in found.acts if (act.task, act.resource) == (task, resource))


def others(found):
    return {one.service: one.fate for one in found.services if one.service not in {"identity", "images"}}


def stops(graph, resource):
    """The ids of the stops of a resource, by node."""
    return {one.node: one.id for one in graph.actions if (one.task, one.resource) == ("stop", resource)}


def waited_for(graph, id_):
    """The ids of all that an action waits for."""
    after = {one.id: one.after for one in graph.actions}
    found, ahead = set(), [id_]
    while ahead:
        new = set(after.get(ahead.pop(), ())) - found
        found |= new
        ahead += new
    return found


QUIET_ONES = dict.fromkeys(("entrance", "database", "broker", "cache"), Fate.UNAFFECTED)


def test_from_a_proxy_to_an_address_each_api_ends_everywhere_and_begins_at_the_address():
    found = foretold(FILE, PASSIVE)
    assert others(found) == QUIET_ONES
    (holder,) = next(one.before for one in found.services if one.service == "entrance")
    for server in APIS:
        assert nodes_of(found, "stop", server) == NODES
        assert nodes_of(found, "start", server) == [holder]
    assert nodes_of(found, "stop", "entrance-server") == NODES


def test_from_an_address_to_a_proxy_the_server_that_ran_alone_is_started_anew():
    """It listens at the address of the proxy."""
    found = foretold(PASSIVE, FILE)
    assert others(found) == QUIET_ONES
    (holder,) = next(one.before for one in found.services if one.service == "entrance")
    for server in APIS:
        assert nodes_of(found, "stop", server) == [holder]
        assert nodes_of(found, "start", server) == NODES
    assert nodes_of(found, "start", "entrance-server") == NODES


@pytest.mark.parametrize(("before", "after"), [(FILE, PASSIVE), (PASSIVE, FILE)])
def test_what_makes_way_stops_in_one_transition_each_server_before_its_store(before, after):
    """Taken out of the configuration, it was stopped in several transitions, stores before their servers."""
    old, new = (load(one, "cluster.yaml", kinds()).cluster for one in (before, after))
    want = Want(new, {node.name: PLATFORM for node in new.nodes}, AGENTS, str)
    with open_scheduler(text(cib(old, AGENTS, PLATFORM))) as scheduler:
        was = parse_xml(scheduler.cib((QUIET,)))
    going = making_way(was, configuration(new, AGENTS, PLATFORM), want)
    with open_scheduler(etree.tostring(stopped(was, going), encoding="unicode")) as scheduler:
        settled = scheduler.settle((QUIET,))
    assert [bool(one.actions) for one in settled.transitions].count(True) == 1
    (graph, *_) = settled.transitions
    servers, stores = stops(graph, "images-server"), stops(graph, "images-filesystem")
    assert servers.keys() == stores.keys() != set()
    assert all(servers[node] in waited_for(graph, stores[node]) for node in stores)
    assert stops(graph, "identity-server").keys() == servers.keys()
    done = {one.resource for one in graph.actions if one.kind == "rsc_op" and one.task in {"stop", "start"}}
    assert done <= {"entrance-server", "identity-server", "images-server", "images-filesystem"}, "the address stays"


@pytest.mark.parametrize(("before", "after"), [(FILE, PASSIVE), (PASSIVE, FILE)])
def test_pacemaker_s_own_tools_write_it_in_two_and_what_is_read_back_between_them_is_known(before, after, tmp_path):
    old, new = (load(one, "cluster.yaml", kinds()).cluster for one in (before, after))
    want = Want(new, {node.name: PLATFORM for node in new.nodes}, AGENTS, str)
    file = tmp_path / "live.xml"
    file.write_text(text(cib(old, AGENTS, PLATFORM)))

    def run(argv, given=b""):
        environment = os.environ | {"CIB_file": str(file)}
        done = subprocess.run(argv, input=given, capture_output=True, env=environment, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def live():
        return parse(run(["cibadmin", "--query"]), 0)

    was = live()
    target, _ = merged(was.xml.encode(), configuration(new, AGENTS, PLATFORM), services=new.services)
    way = WayBack(configuration_of(was.root), configuration_of(target), Baseline(), "")
    verified, first, _, second = (one.command for one in in_turn(was, target, want))
    seen = [(way.is_between(was, want), way.leads_from(was, want))]
    run(verified.argv, verified.input)
    for one in (first, second):
        run(one.argv, one.input)
        seen.append((way.is_between(live(), want), way.leads_from(live(), want)))
    assert seen == [(False, False), (True, True), (False, True)]
