"""One word of the file, the kind of the entrance: what Pacemaker's scheduler makes of it, there and back."""

from pathlib import Path

import pytest

from quorate.build.consequences import Fate
from quorate.build.foretelling import Course, Known, foretell
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.step import QUIET
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
