import itertools
import re
from dataclasses import replace

import pytest

from quorate import registry
from quorate.describe.vocabulary import FAILURES
from quorate.explore import failures, universe
from quorate.explore.failure import HERE, beginning, node_by_node, side_by_side
from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Instance, Placement

from .subjects import DATABASE, IPMI, subject_of

KINDS = registry.modules(failures)

SHARED = """\
shared:
  left: {kind: rack, nodes: [n1, n2]}
  main: {kind: switch, links: 0}
  feed: {kind: power, nodes: [n3]}
  hall: {kind: site, nodes: [n1, n2]}
quorum: {device: {host: 10.3.0.9}}
"""


def found(kind, subject):
    return {failure.id: failure for failure in KINDS[kind].find(subject)}


@pytest.fixture(params=["web", "database", "large"])
def subject(request):
    more = SHARED if request.param == "web" else ""
    given = {"web": (3, {}), "database": (2, {"services": DATABASE}), "large": (7, {})}[request.param]
    return subject_of(given[0], more=more, **given[1])


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_keeps_the_protocol(name, subject):
    kind = KINDS[name]
    assert kind.TITLE
    assert not kind.TITLE.endswith(".")
    assert all(isinstance(words, str) and not words.endswith(".") for words in kind.NOT_COVERED)
    for failure in kind.find(subject):
        expected = {"rack", "switch", "power", "site"} if name == "shared_lost" else {name.replace("_", "-")}
        assert failure.kind.removesuffix("-lost" if name == "shared_lost" else "") in expected
        assert re.fullmatch(r"[a-z-]+:[^\s]+", failure.id)
        assert failure.words
        assert not failure.words.endswith(".")
        named = failure.lost | failure.left | failure.standby | failure.returned | {node for node, _ in failure.links}
        named |= {node for side in failure.apart for node in side} | {node for node, _, _ in failure.scores}
        named |= {result.node for result in (*failure.results, *failure.failing)} - {HERE}
        assert named <= set(subject.nodes)
        assert failure.devices <= {fence.id for fence in subject.fences}
        assert {result.resource for result in (*failure.results, *failure.failing)} <= set(subject.parts)
        assert not failure.resource or failure.resource in subject.parts
        rated = failure.kind in FAILURES
        assert (failure.per_year is not None, failure.repair_s is not None) == (rated, rated)


@pytest.mark.parametrize("name", KINDS)
def test_ids_are_unique_and_their_order_is_stable(name, subject):
    ids = [failure.id for failure in KINDS[name].find(subject)]
    assert len(set(ids)) == len(ids)
    assert ids == [failure.id for failure in KINDS[name].find(subject)]


def test_every_kind_with_a_rate_is_a_file_or_shared():
    kinds = {name.replace("_", "-") for name in KINDS} | {
        f"{kind}-lost" for kind in ("rack", "switch", "power", "site")
    }
    assert set(FAILURES) <= kinds


@pytest.mark.parametrize(
    "kind", ["node_lost", "node_hung", "node_left", "node_standby", "node_returned", "node_and_board_lost"]
)
def test_one_for_each_node(kind):
    assert len(found(kind, subject_of(3))) == 3


def test_a_hung_node_may_still_run_what_it_ran():
    failure = found("node_hung", subject_of())["node-hung:n2"]
    assert failure.lost == failure.runs_on == {"n2"}


def test_a_board_is_lost_with_its_node():
    failure = found("node_and_board_lost", subject_of())["node-and-board-lost:n2"]
    assert (failure.lost, failure.devices) == ({"n2"}, {"ipmi-n2"})


def test_an_outlet_elsewhere_is_not_lost_with_a_node():
    outlets = IPMI + "  devices: {pdu: {agent: fence_apc, nodes: [n1, n2, n3], parameters: {ip: 10.9.0.99}}}\n"
    subject = subject_of(
        3, fencing=outlets.replace("fencing: {ipmi", "fencing:\n  ipmi").replace("}}}\n  dev", "}}\n  dev")
    )
    assert {fence.id for fence in subject.fences} == {"ipmi-n1", "ipmi-n2", "ipmi-n3", "pdu"}
    assert found("node_and_board_lost", subject)["node-and-board-lost:n1"].devices == {"ipmi-n1"}


def test_a_resource_fails_where_it_runs_and_a_clones_on_each_node():
    failures = found("resource_failed", subject_of(2, DATABASE))
    assert list(failures) == [
        "resource-failed:database-drbd@n1",
        "resource-failed:database-drbd@n2",
        "resource-failed:database-filesystem",
        "resource-failed:database-address",
        "resource-failed:database-server",
    ]
    assert failures["resource-failed:database-server"].results == (Result("database-server", "monitor", 0, HERE, 7),)
    assert failures["resource-failed:database-drbd@n2"].results[0].node == "n2"


def test_nobody_notices_a_resource_that_is_not_monitored():
    own = 'resources: {quiet: {primitive: "ocf:pacemaker:Dummy", operations: {monitor: {interval: 0s}}}}\n'
    subject = subject_of(2, own)
    failure = found("resource_failed", subject)["resource-failed:quiet"]
    assert (failure.notice, len(failure.results), failure.resource) == ("none", 1, "quiet")
    assert not found("start_failed", subject)
    assert not found("resource_failed_everywhere", subject)


def test_what_fails_goes_on_failing():
    subject = subject_of(2, DATABASE)
    start = found("start_failed", subject)["start-failed:database-server"]
    assert start.failing == (Result("database-server", "start", 0, HERE, 1),)
    stop = found("stop_failed", subject)["stop-failed:database-drbd@n1"]
    assert stop.failing == (Result("database-drbd", "stop", 0, "n1", 1),)
    everywhere = found("resource_failed_everywhere", subject)["resource-failed-everywhere:database-drbd"]
    assert [result.node for result in everywhere.failing] == ["n1", "n2"]
    assert [result.node for result in everywhere.results] == ["n1", "n2"]


def test_links():
    one, two = subject_of(3, links=1), subject_of(3)
    assert len(found("link_cut", two)) == 6
    assert "its only one" in found("link_cut", one)["link-cut:n1/0"].words
    assert found("link_lost", one)["link-lost:0"].links == {("n1", 0), ("n2", 0), ("n3", 0)}
    assert list(found("link_lost", two)) == ["link-lost:0", "link-lost:1"]
    bond = replace(two, bonded=frozenset({0}))
    assert list(found("link_cut", bond)) == ["link-cut:n1/1", "link-cut:n2/1", "link-cut:n3/1"]
    assert list(found("link_lost", bond)) == ["link-lost:1"], "as check has it: a bond is two cards at two switches"
    everywhere = [*found("link_lost", two).values(), *found("link_cut", two).values()]
    assert {failure.notice for failure in everywhere} == {"membership"}, "a second one may set a node apart"


@pytest.mark.parametrize(("count", "splits"), [(2, 1), (3, 3), (4, 7), (5, 15), (7, 8)])
def test_partitions(count, splits):
    subject = subject_of(count)
    failures = found("partition", subject)
    assert len(failures) == splits
    for failure in failures.values():
        one, other = failure.apart
        assert one | other == set(subject.nodes)
        assert not one & other
        assert subject.nodes[0] in one
    assert "partition:n1+n2/n3" in found("partition", subject_of(3))


def test_the_sites_of_a_large_cluster_are_a_partition():
    subject = subject_of(7, more="shared: {hall: {kind: site, nodes: [n2, n4, n6]}}\n")
    assert "partition:n1+n3+n5+n7/n2+n4+n6" in found("partition", subject)


def test_shared_dependencies():
    failures = found("shared_lost", subject_of(3, more=SHARED))
    assert list(failures) == ["rack-lost:left", "switch-lost:main", "power-lost:feed", "site-lost:hall"]
    assert failures["rack-lost:left"].devices == {"ipmi-n1", "ipmi-n2"}
    assert failures["switch-lost:main"].links == {("n1", 0), ("n2", 0), ("n3", 0)}
    assert failures["power-lost:feed"].lost == {"n3"}


def test_a_switch_does_not_cut_a_bond_but_a_site_does():
    subject = subject_of(3, more=SHARED.replace("links: 0", "links: [0, 1]"))
    links = {(node, link) for node in ("n1", "n2", "n3") for link in (0, 1)}
    assert found("shared_lost", subject)["switch-lost:main"].links == links
    bond = found("shared_lost", replace(subject, bonded=frozenset({0})))["switch-lost:main"]
    assert bond.links == {(node, 1) for node in ("n1", "n2", "n3")}
    both = found("shared_lost", replace(subject, bonded=frozenset({0, 1})))["switch-lost:main"]
    assert (both.links, both.notice) == (frozenset(), "none")


def test_disks():
    replicated = found("disk_failed", subject_of(2, DATABASE))["disk-failed:/dev/sda3@n1"]
    assert replicated.scores == (("n1", "master-database-drbd", ""),)
    assert replicated.failing == ()
    shared = found(
        "disk_failed", subject_of(2, DATABASE.replace("{drbd: {disk: /dev/sda3}}", "{lvm: {disk: /dev/sdb}}"))
    )
    failure = shared["disk-failed:/dev/sdb"]
    assert failure.results == (Result("database-volume", "monitor", 0, HERE, 7),)
    assert failure.failing == tuple(Result("database-volume", "start", 0, node, 1) for node in ("n1", "n2"))


def test_of_a_disk_whose_filesystem_nobody_asks_nobody_hears():
    text = 'resources: {quiet: {primitive: "ocf:heartbeat:Filesystem", operations: {monitor: {interval: 0s}}, '
    text += "parameters: {device: 'nas:/srv', directory: /srv, fstype: nfs}}}\n"
    failure = found("disk_failed", subject_of(2, text))["disk-failed:nas:/srv"]
    assert failure.results == ()
    assert len(failure.failing) == 2


def test_a_disk_of_two_services_fails_once():
    lines = [
        f'  {name}: {{primitive: "ocf:heartbeat:Filesystem", parameters: {{device: "nas:/srv", directory: /{name}, '
        "fstype: nfs}}\n"
        for name in ("a", "b")
    ]
    failure = found("disk_failed", subject_of(2, f"resources:\n{''.join(lines)}"))["disk-failed:nas:/srv"]
    assert [result.resource for result in failure.results] == ["a", "b"]
    assert {(result.resource, result.node) for result in failure.failing} == {
        (r, n) for r in "ab" for n in ("n1", "n2")
    }
    assert "a and b" in failure.words


def test_a_fencing_device_alone_harms_nobody():
    failures = found("fencing_silent", subject_of(2))
    assert failures["fencing-silent:ipmi-n1"].devices == {"ipmi-n1"}
    assert failures["fencing-silent:ipmi-n1"].notice == "none"
    assert not found("fencing_silent", subject_of(2, fencing=IPMI.replace("{ipmi", "{enabled: false, ipmi")))


def test_the_quorum_device():
    assert not found("quorum_device_lost", subject_of(2))
    assert found("quorum_device_lost", subject_of(2, more="quorum: {device: {host: 10.3.0.9}}\n"))


def test_one_node_alone_has_nobody_to_lose():
    subject = subject_of(1)
    assert not any(found(kind, subject) for kind in ("link_cut", "link_lost", "partition"))


def test_failures_that_begin_alike_stand_together():
    found = universe.singles(subject_of(2, DATABASE))
    ordered = side_by_side(found)
    assert sorted(one.id for one in ordered) == sorted(one.id for one in found)
    begins = [beginning(one) for one in ordered]
    changes = sum(one != other for one, other in itertools.pairwise(begins))
    assert changes == len(set(begins)) - 1 < len(found) - 1
    assert any(
        one.id.startswith("stop-failed:") and one.results == other.results for one, other in itertools.pairwise(ordered)
    )


def test_failures_on_one_node_stand_together():
    found = side_by_side(universe.singles(subject_of(2, DATABASE)))
    part = next(one.resource for one in found if one.id.startswith("stop-failed:") and one.results[0].node == HERE)
    placement = Placement({"n1": "online", "n2": "online"}, frozenset({Instance(part, "n2", "Started")}))
    ordered = node_by_node(found, placement)
    homes = [one.results[0].node or ("n2" if one.results[0].resource == part else "") for one in ordered if one.results]
    assert homes == sorted(homes)
    assert {"n1", "n2"} <= set(homes)
    of_resources = [bool(one.results) for one in ordered]
    assert of_resources == sorted(of_resources), "those of no resource come first"
    for node in ("n1", "n2"):
        there = [one for one, home in zip([one for one in ordered if one.results], homes, strict=True) if home == node]
        assert there == [one for one in found if one in there], "as they stood otherwise"
