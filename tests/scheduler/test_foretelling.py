"""What a change does to a cluster that ran in the lab (tests/data/changes), by Pacemaker's own scheduler.

The live CIB is that of the lab, with the digests that its executors wrote: site on n3, tick on n2, tock on n1.
"""

import copy
import re
from pathlib import Path

import pytest
from lxml import etree

from quorate.build.consequences import Fate
from quorate.build.foretelling import Course, Known, Moment, foretell
from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.explore.scheduler.opening import open_scheduler
from quorate.explore.scheduler.simulate import CrmSimulate
from quorate.explore.scheduler.step import QUIET, Step
from quorate.render.cib import cib, configuration, text
from quorate.render.merge import merged

pytestmark = pytest.mark.tools
DATA = Path(__file__).parents[1] / "data" / "changes"
LIVE = (DATA / "live.xml").read_text()
FILE = (DATA / "cluster.yaml").read_text()
TICK = 'tick: {primitive: "ocf:pacemaker:Dummy"'
TOCK = '  tock: {primitive: "ocf:pacemaker:Dummy", parameters: {fake: one}}\n'


def foretold(*changes, live=LIVE, prune=False, removed=(), make=open_scheduler, **course):
    """The consequences of a file in which texts are replaced: (pattern, replacement)."""
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    loaded = load(text.encode(), "cluster.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    agents = AgentLibrary.shipped()
    new, _ = merged(live.encode(), configuration(loaded.cluster, agents, PLATFORM), prune=prune, removed=removed)
    plan = Course(live=live, configuration=new.find("configuration"), **course)
    found = foretell(plan, Known(cluster=loaded.cluster, agents=agents, platform=PLATFORM, place="container"), make)
    assert not found.unknown
    return found


def fates(found):
    return {one.service: one.fate for one in found.services if one.fate is not Fate.UNAFFECTED}


def tasks(found):
    return [(act.task, act.resource, act.node) for act in found.acts if act.task != "monitor"]


def test_nothing_changes():
    found = foretold()
    assert (fates(found), found.acts, found.longest_s) == ({}, (), 0)
    assert [(one.service, one.before) for one in found.services] == [
        ("site", ("n3",)),
        ("tick", ("n2",)),
        ("tock", ("n1",)),
    ]


CASES = {
    "a parameter that its agent takes over": (
        [(f"{TICK}, parameters: {{fake: one}}", f"{TICK}, parameters: {{fake: two}}")],
        {"tick": Fate.RELOADED},
        [("reload-agent", "tick", "n2")],
    ),
    "a parameter that its agent reads at start": (
        [(f"{TICK}, parameters: {{fake: one}}", f"{TICK}, parameters: {{fake: one, state: /run/elsewhere}}")],
        {"tick": Fate.RESTARTED},
        [("stop", "tick", "n2"), ("start", "tick", "n2")],
    ),
    "what stands behind it in its group follows": (
        [("10.73.0.100", "10.73.0.101")],
        {"site": Fate.RESTARTED},
        [
            ("stop", "site-apache", "n3"),
            ("stop", "site-address", "n3"),
            ("start", "site-address", "n3"),
            ("start", "site-apache", "n3"),
        ],
    ),
    "a meta attribute": ([(TICK, f'{TICK}, meta: {{resource-stickiness: "5"}}')], {}, []),
    "a monitor's interval": ([(TICK, f"{TICK}, operations: {{monitor: [{{interval: 7s}}]}}")], {}, []),
    "a time-out": ([(TICK, f"{TICK}, operations: {{start: [{{timeout: 33s}}]}}")], {}, []),
    "a constraint that moves": (
        [("resources:", "constraints:\n  - {location: tick, node: n3}\nresources:")],
        {"tick": Fate.MOVED},
        [("stop", "tick", "n2"), ("start", "tick", "n3")],
    ),
    "a constraint that does not": (
        [("resources:", "constraints:\n  - {location: tick, node: n2}\nresources:")],
        {},
        [],
    ),
    "a resource more": (
        [(TOCK, TOCK + TOCK.replace("tock", "tack"))],
        {"tack": Fate.STARTED},
        [("start", "tack", "n2")],
    ),
    "a resource less, which stays": ([(TOCK, "")], {}, []),
    "one to be stopped": (
        [(TICK, f"{TICK}, meta: {{target-role: Stopped}}")],
        {"tick": Fate.STOPPED},
        [("stop", "tick", "n2")],
    ),
}


@pytest.mark.parametrize(("changes", "expected", "done"), CASES.values(), ids=CASES)
def test_what_a_change_does(changes, expected, done):
    found = foretold(*changes)
    assert fates(found) == expected
    assert tasks(found) == done
    assert foretold(*changes, make=CrmSimulate).services == found.services


def test_a_resource_that_is_pruned_is_stopped():
    assert fates(foretold((TOCK, ""), prune=True)) == {"tock": Fate.STOPPED}


def test_what_goes_is_stopped_by_an_agent_that_is_known():
    found = foretold(("services:\n  site: {kind: web, address: 10.73.0.100/24}\n", ""), prune=True)
    stops = {act.resource: act.seconds for act in found.acts if act.task == "stop"}
    assert stops.keys() == {"site-apache", "site-address"}
    assert max(stops.values()) < 10, "not their time-out"


def test_a_property_that_stops_everything():
    found = foretold(("services:", 'pacemaker: {properties: {stop-all-resources: "true"}}\nservices:'))
    assert set(fates(found).values()) == {Fate.STOPPED}
    assert found.longest_s == float("inf")


def test_an_interruption_is_as_long_as_its_path():
    (site, _, _) = foretold(("10.73.0.100", "10.73.0.101")).services
    assert site.interruption is not None
    assert site.interruption.seconds == pytest.approx(sum(one.end_s - one.begin_s for one in site.path))
    assert [one.action for one in site.path] == ["stop", "stop", "start", "monitor", "start"]


def with_failures(resource, *nodes):
    """The live CIB in which a resource has failed to start on these nodes, and was stopped then."""
    root = etree.fromstring(LIVE)
    for state in (one for one in root.iterfind("status/node_state") if one.get("uname") in nodes):
        (history,) = state.iterfind(f"lrm/lrm_resources/lrm_resource[@id='{resource}']")
        first, *others = history
        for one in others:
            history.remove(one)
        history.append(copy.deepcopy(first))
        for one, task, code, kind in zip(history, ("stop", "start"), "01", ("last", "last_failure"), strict=True):
            key = re.sub("^([0-9]+:[0-9]+):[0-9]+:", r"\1:0:", one.get("transition-key"))  # 0: what is hoped for
            said = {"id": f"{resource}_{kind}_0", "operation": task, "operation_key": f"{resource}_{task}_0"}
            told = {"rc-code": code, "transition-key": key, "transition-magic": f"0:{code};{key}"}
            one.attrib.update(said | told)
        (group,) = state.iterfind("transient_attributes/instance_attributes")
        name = f"fail-count-{resource}#start_0"
        etree.SubElement(group, "nvpair", id=f"{group.get('id')}-{name}", name=name, value="INFINITY")
    return etree.tostring(root, encoding="unicode")


def test_what_failed_everywhere_starts_where_it_is_cleaned_up():
    live = with_failures("tick", "n1", "n2", "n3")
    assert fates(foretold(live=live)) == {}
    found = foretold(live=live, forgotten=(("n1", "tick"),))
    assert fates(found) == {"tick": Fate.STARTED}
    assert [act for act in tasks(found) if act[1] == "tick"] == [("start", "tick", "n1")]


def test_a_node_that_is_emptied_and_comes_back():
    away = Moment("emptying n3", Step(standby=(("n3", True),)))
    back = Moment("taking n3 back", Step(standby=(("n3", False),)))
    found = foretold(then=(away, back))
    (site,) = [one for one in found.services if one.service == "site"]
    assert site.fate is Fate.MOVED
    assert site.why == "emptying n3"
    assert site.before == ("n3",) != site.after


def test_a_node_that_is_switched_off_takes_longer():
    orderly = foretold(then=(Moment("emptying n3", Step(standby=(("n3", True),))),))
    cut = foretold(then=(Moment("cutting n3's power", Step(lost=("n3",))),))
    assert cut.longest_s > orderly.longest_s > 0
    assert ("fence", "n3", "n3") in tasks(cut)


def test_a_node_that_joins_is_probed_and_takes_nothing():
    root = etree.fromstring(LIVE)
    for place in ("configuration/nodes/node", "status/node_state"):
        for element in root.iterfind(f"{place}[@uname='n1']"):
            element.getparent().remove(element)
    without = etree.tostring(root, encoding="unicode")
    found = foretold(live=without, joining=("n1",))
    assert {act.node for act in found.acts if act.task == "monitor"} >= {"n1"}
    assert {one.service for one in found.services if one.fate is Fate.MOVED} == set()


N3 = "  n3: {links: [10.73.0.13, 172.30.0.13], fencing: {ipmi: 10.73.9.13}}\n"
LEAVES = (Moment("emptying n3", Step(standby=(("n3", True),))), Moment("the leaving of n3", Step(left=("n3",))))


def test_a_node_that_is_removed_is_emptied_before_the_configuration_changes():
    found = foretold((N3, ""), removed=("n3",), first=LEAVES)
    (site,) = [one for one in found.services if one.service == "site"]
    assert (site.fate, site.before, site.why) == (Fate.MOVED, ("n3",), "emptying n3")
    assert site.after in {("n1",), ("n2",)}
    assert found.longest_s > 0
    site_acts = [(task, node) for task, resource, node in tasks(found) if resource == "site-apache"]
    assert site_acts == [("stop", "n3"), ("start", site.after[0])], "it moves once, and stays there"


def test_a_node_that_is_removed_and_runs_nothing_interrupts_nobody():
    stand_in = "  n1: {links: [10.73.0.11, 172.30.0.11], fencing: {ipmi: 10.73.9.11}}\n"
    leaves = (Moment("the leaving of n1", Step(left=("n1",))),)
    kept = N3.replace("}}", "}, id: 3}"), "  n2: {links: [10.73.0.12, 172.30.0.12], fencing: {ipmi: 10.73.9.12}}\n"
    changes = ((stand_in, ""), (kept[1], kept[1].replace("}}", "}, id: 2}")), (N3, kept[0]))
    found = foretold(*changes, removed=("n1",), first=leaves)
    assert {one.service: one.fate for one in found.services}["site"] is Fate.UNAFFECTED


def test_a_cib_that_cannot_be_read_here_is_not_foretold():
    cluster = load(FILE.encode(), "cluster.yaml", kinds()).cluster
    known = Known(cluster=cluster, agents=AgentLibrary.shipped(), platform=PLATFORM)
    newer = re.sub('crm_feature_set="[^"]+"', 'crm_feature_set="9.0.0"', LIVE)
    found = foretell(Course(live=newer, configuration=etree.fromstring(LIVE).find("configuration")), known)
    assert (found.services, "9.0.0" in found.unknown) == ((), True)


@pytest.mark.parametrize(("at", "waits_s"), [("c2", 0.5), ("c1", None)])
def test_clients_of_a_database_are_at_the_server_that_its_proxy_names(at, waits_s):
    file = DATA.parent / "render/openstack-active/cluster.yaml"
    cluster = load(file.read_bytes(), "cluster.yaml", kinds()).cluster
    agents = AgentLibrary.shipped()
    with open_scheduler(text(cib(cluster, agents, PLATFORM))) as scheduler:
        live = scheduler.cib((QUIET,))
    emptying = Moment("emptying c2", Step(standby=(("c2", True),)))
    plan = Course(live=live, configuration=etree.fromstring(live).find("configuration"), first=(emptying,))
    known = Known(cluster=cluster, agents=agents, platform=PLATFORM, place="container", at={"database": at})
    (database,) = [one for one in foretell(plan, known).services if one.service == "database"]
    assert (database.interruption.seconds if database.interruption else None) == waits_s
