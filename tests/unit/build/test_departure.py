"""A node is removed only when it surely runs nothing, and the others have quorum without it."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from build.wishes import THREE, wish
from quorate.build.plan import sorted_out
from quorate.build.staying import Votes, is_quorate_alone, loses_quorum, votes
from quorate.build.steps import departure
from quorate.build.steps.departure import Facts
from quorate.build.want import Departing, Want
from quorate.errors import Refused
from quorate.findings import Severity
from quorate.machines.fake import FakeHost
from quorate.observe.facts import quorum
from quorate.observe.facts.cluster_status import ClusterStatus, NodeStatus

N3 = "  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}\n"
GOING = Departing("n3", 3, ("10.20.0.13", "172.20.0.13"), agreed=True, host=FakeHost("n3"))
SILENT = replace(GOING, host=None, error="n3 did not answer in time.")


def node(name: str, **changed: object) -> NodeStatus:
    how = {"online": True, "standby": False, "unclean": False, "expected_up": True, "running": 2}
    how |= {"maintenance": False} | changed
    quiet = {"standby_on_fail": False, "pending": False, "shutdown": False, "is_dc": False}
    return NodeStatus(name=name, id=name[1:], type="member", health="green", **quiet, **how)  # type: ignore[arg-type]


def status(**third: object) -> ClusterStatus:
    return ClusterStatus(
        dc="n1",
        quorate=True,
        version="2.1.5",
        mixed_versions=False,
        last_change="",
        fencing_enabled=True,
        maintenance_mode=False,
        stop_all_resources=False,
        no_quorum_policy="stop",
        nodes=(node("n1"), node("n2"), node("n3", **third)),
        resources=(),
        failures=(),
        fail_counts=(),
        fence_history=(),
        bans=(),
        attributes={},
    )


def counted(members: tuple[int, ...] = (1, 2, 3), of: Mapping[int, int] | None = None) -> Votes:
    return Votes(wish().cluster.quorum, of or {1: 1, 2: 1, 3: 1}, frozenset(members))


def want(*going: Departing) -> Want:
    made = wish(THREE.replace(N3, ""))
    return replace(made, departing=going, platforms=made.platforms | {"n3": made.platform})


def said(facts: Facts, going: Departing = GOING):
    return sorted_out(departure.changes(facts, want(going)))


def test_a_node_that_answers_is_emptied_and_stopped() -> None:
    changes, findings = said(Facts(status(), counted(), {"n3": True}))
    assert findings == []
    assert [change.host for change in changes] == ["n3", "n3"]
    assert changes[0].words.startswith("move what runs on n3")
    command = changes[1].actions[0].command
    assert command.argv[-3:] == ("pacemaker.service", "corosync-qdevice.service", "corosync.service")
    assert "/etc/corosync/authkey" in command.argv[2]


def test_no_password_stays_in_what_was_kept_of_earlier_configurations() -> None:
    script = departure.LEAVE
    for path in (
        "/var/lib/quorate/history",
        "/var/lib/pacemaker/pengine/*",
        "/etc/corosync/corosync.conf.before-quorate",
    ):
        assert f" {path}" in script
        assert script.index(path) < script.index("mv -f"), "what tells the next apply goes last"


def test_what_is_done_is_not_done_again() -> None:
    facts = Facts(status(online=False, running=0), counted((1, 2)), {"n3": False})
    assert said(facts) == ([], [])


def test_an_empty_node_is_only_stopped() -> None:
    (change,), _ = said(Facts(status(standby=True, running=0), counted(), {"n3": True}))
    assert change.words.startswith("stop pacemaker and corosync on n3")


def test_nothing_is_removed_unasked() -> None:
    changes, (finding,) = said(Facts(status(online=False, running=0), counted((1, 2))), replace(SILENT, agreed=False))
    assert changes == []
    assert finding.code == "live-node-not-in-file"
    assert "--remove n3" in finding.fix


@pytest.mark.parametrize(
    ("third", "members", "words"),
    [
        ({}, (1, 2, 3), "is a member of the cluster"),
        ({"online": False, "unclean": True}, (1, 2), "was lost and is not fenced"),
        ({"online": True}, (1, 2), "takes part in the cluster"),
    ],
)
def test_who_does_not_answer_and_may_run_something_is_not_forgotten(third, members, words) -> None:
    changes, (finding,) = said(Facts(status(**third), counted(members)), SILENT)
    assert changes == []
    assert finding.code == "removal-unfenced"
    assert words in finding.summary
    assert "stonith_admin --fence n3" in finding.fix


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(status(), maintenance_mode=True), "the cluster is in maintenance"),
        (status(maintenance=True), "n3 is in maintenance"),
    ],
)
def test_what_would_not_move_is_not_waited_for(seen, words) -> None:
    changes, (finding,) = said(Facts(seen, counted(), {"n3": True}))
    assert changes == []
    assert finding.code == "removal-held"
    assert words in finding.summary


@pytest.mark.parametrize("going", [GOING, SILENT])
@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(status(online=False, running=1), maintenance_mode=True), "the cluster is in maintenance"),
        (replace(status(online=False, running=0), maintenance_mode=True), "the cluster is in maintenance"),
        (status(online=False, running=1, maintenance=True), "n3 is in maintenance"),
        (status(online=False, running=1), "resources run on there without Pacemaker (1)"),
    ],
)
def test_who_runs_services_on_without_pacemaker_is_not_forgotten(seen, words, going) -> None:
    changes, (finding,) = said(Facts(seen, counted((1, 2)), {"n3": True}), going)
    assert changes == []
    assert finding.code == "removal-held"
    assert words in finding.summary


def test_who_has_left_is_forgotten_in_maintenance_too() -> None:
    seen = replace(status(online=False, running=0), maintenance_mode=True)
    assert said(Facts(seen, counted((1, 2)), {"n3": False})) == ([], [])


def test_a_removal_is_not_begun_once_the_cluster_is_in_maintenance(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(fleet: object, want: object) -> Facts:
        return Facts(replace(status(online=False, running=1), maintenance_mode=True), counted((1, 2)), {"n3": True})

    monkeypatch.setattr(departure, "look", look)
    host = FakeHost("n3")
    with pytest.raises(Refused, match="n3 was not stopped: the cluster is in maintenance"):
        asyncio.run(departure.perform({}, want(replace(GOING, host=host)), lambda _: None))
    assert host.ran == []


def two(**settings: object) -> Votes:
    made = counted((1,), {1: 1, 3: 1})
    return replace(made, settings=replace(made.settings, expected_votes=2, **settings))


@pytest.mark.parametrize(
    ("votes", "quorate"),
    [
        (counted((1, 2)), False),
        (two(two_node=True, wait_for_all=True), False),
        (two(two_node=True, wait_for_all=False), True),
        (two(two_node=False, wait_for_all=False), False),
    ],
)
def test_what_a_forgotten_machine_does_when_it_boots_is_told(votes, quorate) -> None:
    assert is_quorate_alone(votes, 3) is quorate
    finding = departure.unasked(SILENT, quorate=quorate)
    assert ("it has quorum alone" in finding.why) is quorate
    assert ("without quorum" in finding.why) is not quorate


def test_two_nodes_that_do_not_wait_for_each_other_are_warned_of() -> None:
    made = replace(want(SILENT), cluster=wish(re.sub(r"  n[23]: .*\n", "", THREE)).cluster)
    seen = Facts(status(online=False, running=0), two(two_node=True, wait_for_all=False))
    _, (finding,) = sorted_out(departure.changes(seen, made))
    assert finding.severity is Severity.WARNING
    assert "it has quorum alone" in finding.why
    assert finding.fix.startswith("keep it off")


def test_who_was_fenced_may_be_forgotten() -> None:
    changes, (finding,) = said(Facts(status(online=False, running=0), counted((1, 2))), SILENT)
    assert changes == []
    assert (finding.code, finding.severity) == ("removed-while-silent", Severity.WARNING)


def test_where_nobody_knows_nothing_is_removed() -> None:
    _, (finding,) = said(Facts(), SILENT)
    assert finding.code == "removal-state-unknown"


@pytest.mark.parametrize("heir", [{"id": 2}, {"addresses": ("10.20.0.12",)}])
def test_another_name_for_the_same_place_is_refused(heir) -> None:
    _, (finding,) = said(Facts(status(), counted(), {"n3": True}), replace(GOING, **heir))
    assert finding.code == "node-replaced-under-another-name"
    assert finding.path == ("nodes", "n2")


def test_two_of_three_have_quorum() -> None:
    assert loses_quorum(counted(), frozenset({3}), want().cluster) is None


def test_one_of_three_has_not() -> None:
    finding = loses_quorum(counted((1, 3)), frozenset({3}), want().cluster)
    assert finding is not None
    assert finding.code == "removal-loses-quorum"
    assert "bring nodes that are down back" in finding.fix


def test_half_of_four_is_removed_one_at_a_time() -> None:
    four = Votes(replace(wish().cluster.quorum, expected_votes=4), {1: 1, 2: 1, 3: 1, 4: 1}, frozenset({1, 2, 3, 4}))
    finding = loses_quorum(four, frozenset({3, 4}), want().cluster)
    assert finding is not None
    assert "one node at a time" in finding.fix


def test_what_a_running_corosync_counts() -> None:
    seen = quorum.Quorum(
        quorate=True,
        provider="corosync_votequorum",
        node_id=1,
        ring="1.9",
        members=(quorum.Member(1, "n1", 1, local=True), quorum.Member(2, "n2", 1, local=False)),
        expected_votes=2,
        highest_expected=2,
        total_votes=2,
        needed_votes=1,
        flags=frozenset({"2Node", "Quorate", "WaitForAll"}),
    )
    running = {"nodelist.node.0.nodeid": "1", "nodelist.node.1.nodeid": "2", "nodelist.node.1.quorum_votes": "3"}
    found = votes(seen, running, wish().cluster)
    assert (found.of, found.members) == ({1: 1, 2: 3}, frozenset({1, 2}))
    assert (found.settings.two_node, found.settings.wait_for_all, found.settings.expected_votes) == (True, True, 2)
