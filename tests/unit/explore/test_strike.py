from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate import registry
from quorate.explore import failures
from quorate.explore.failure import Failure
from quorate.explore.fight import CHANCE, LUCK, NOBODY
from quorate.explore.scheduler.step import Result
from quorate.explore.situation import Situation
from quorate.explore.strike import aftermath, strike
from quorate.explore.usable import usable

from .subjects import DATABASE, IPMI, SITE, at_rest, subject_of

WELL = Situation()
KINDS = registry.modules(failures)
OUTLETS = """\
fencing:
  ipmi: {user: admin, password: {env: IPMI}}
  devices: {pdu: {agent: fence_apc, nodes: [n1, n2, n3], parameters: {ip: 10.9.0.99}}}
"""


def every(subject):
    return {failure.id: failure for kind in KINDS.values() for failure in kind.find(subject)}


def blow(subject, *ids, placement=None):
    """Strike with one failure after the other; return the last blow."""
    situation, last = WELL, None
    for id_ in ids:
        last = strike(subject, situation, every(subject)[id_], placement or at_rest(subject))
        situation = last.situation
    return last


def test_a_lost_node_of_three_is_fenced_by_the_others():
    (side,) = blow(subject_of(3), "node-lost:n2").sides
    assert side.members == {"n1", "n3"}
    assert side.quorate
    assert side.step.lost == ("n2",)
    assert side.step.quorum is True
    assert side.step.unfenceable == ()
    assert side.fences == {"n2"}
    assert blow(subject_of(3), "node-lost:n2").situation.unfenced == set()


def test_two_of_three_lost_one_after_the_other():
    after = blow(subject_of(3), "node-lost:n2", "node-lost:n3")
    (side,) = after.sides
    assert (side.members, side.quorate, side.step.lost) == ({"n1"}, False, ("n3",))
    assert side.fences == set(), "without quorum nobody is fenced"
    assert after.situation.unfenced == {"n3"}


def test_no_quorum_policy_ignore_fences_without_quorum():
    subject = subject_of(3, more="pacemaker: {properties: {no-quorum-policy: ignore}}\n")
    (side,) = blow(subject, "node-lost:n2", "node-lost:n3").sides
    assert (side.quorate, side.fences) == (False, {"n3"})


def test_nobody_is_left():
    last = blow(subject_of(2), "node-lost:n1", "node-lost:n2")
    assert (last.sides, last.survivor) == ((), None)


def test_a_node_and_its_board_cannot_be_fenced():
    last = blow(subject_of(3), "node-and-board-lost:n2")
    assert last.sides[0].step.unfenceable == ("n2",)
    assert last.sides[0].fences == set()
    assert last.situation.unfenced == {"n2"}


def test_a_second_level_fences_what_the_board_cannot():
    (side,) = blow(subject_of(3, fencing=OUTLETS), "node-and-board-lost:n2").sides
    assert (side.step.unfenceable, side.fences, side.in_vain) == ((), {"n2"}, ("ipmi-n2",))


def test_a_watchdog_fences_where_no_device_answers():
    subject = subject_of(3, fencing=IPMI.replace("{ipmi", "{watchdog_timeout: 10s, ipmi"))
    (side,) = blow(subject, "node-and-board-lost:n2").sides
    assert (side.fences, side.delay_s, side.in_vain) == ({"n2"}, 10, ("ipmi-n2",))
    levels = MappingProxyType({"n2": (("ipmi-n2",),)})
    assert blow(replace(subject, levels=levels), "node-and-board-lost:n2").sides[0].step.unfenceable == ("n2",)


def test_a_silent_device_matters_to_the_node_that_is_lost_next():
    assert blow(subject_of(3), "fencing-silent:ipmi-n2").sides[0].fences == set()
    assert blow(subject_of(3), "fencing-silent:ipmi-n2", "node-lost:n2").sides[0].step.unfenceable == ("n2",)
    assert blow(subject_of(3), "fencing-silent:ipmi-n2", "node-lost:n3").sides[0].fences == {"n3"}


def test_all_devices_of_a_level_have_to_answer():
    subject = subject_of(3, fencing=OUTLETS + "  levels: {n2: [[ipmi-n2, pdu]]}\n")
    assert blow(subject, "fencing-silent:pdu", "node-lost:n2").sides[0].step.unfenceable == ("n2",)
    assert blow(subject, "fencing-silent:pdu", "node-lost:n1").sides[0].fences == {"n1"}


def test_a_member_whose_stop_fails_has_to_be_fenceable_too():
    subject = subject_of(3)
    silent = ("fencing-silent:ipmi-n2", "stop-failed:site-apache")
    assert blow(subject, *silent, placement=at_rest(subject, "n2")).sides[0].step.unfenceable == ("n2",)
    assert blow(subject, *silent, placement=at_rest(subject, "n1")).sides[0].step.unfenceable == ()


def test_without_fencing_nobody_is_fenced_and_nothing_waits_for_it():
    subject = subject_of(3, fencing=IPMI.replace("{ipmi", "{enabled: false, ipmi"))
    last = blow(subject, "node-hung:n2")
    assert last.sides[0].step.unfenceable == ()
    assert last.sides[0].fences == set()
    assert (last.situation.unfenced, last.situation.runs_on) == (set(), {"n2"})


def test_a_hung_node_no_longer_runs_once_it_is_fenced():
    assert blow(subject_of(3), "node-hung:n2").situation.runs_on == set()


def test_a_partition_of_three_leaves_the_majority():
    last = blow(subject_of(3), "partition:n1/n2+n3")
    one, two = last.sides
    assert (one.members, one.quorate, one.step.lost, one.fences) == ({"n1"}, False, ("n2", "n3"), set())
    assert (two.members, two.quorate, two.step.lost, two.fences) == ({"n2", "n3"}, True, ("n1",), {"n1"})
    assert (last.survivor, last.race) == (1, False)
    assert last.situation.down == {"n1"}
    assert not last.situation.split


def test_a_partition_that_fencing_cannot_end_is_not_gone_on_with():
    last = blow(subject_of(3), "fencing-silent:ipmi-n1", "partition:n1/n2+n3")
    assert last.survivor == 1
    assert last.situation.split
    assert last.situation.runs_on == {"n1"}
    assert not usable(last.situation, every(subject_of(3))["node-lost:n2"])


def test_two_nodes_apart_the_first_is_favoured_by_its_delay():
    subject = subject_of(2, services="")
    assert blow(subject, "partition:n1/n2").survivor == 0


def test_the_node_with_the_services_is_favoured_by_priority():
    subject = subject_of(2)
    assert blow(subject, "partition:n1/n2", placement=at_rest(subject, "n1")).survivor == 0
    last = blow(subject, "partition:n1/n2", placement=at_rest(subject, "n2"))
    assert (last.survivor, last.race) == (1, False)
    assert last.situation.down == {"n1"}


def test_without_delays_it_is_a_race():
    subject = subject_of(2)
    bare = tuple(replace(fence, delay_s=MappingProxyType({})) for fence in subject.fences)
    last = blow(replace(subject, fences=bare, priority_delay_s=0), "partition:n1/n2")
    assert last.race
    assert CHANCE in last.remarks


def test_random_delays_are_luck():
    subject = replace(subject_of(2), priority_delay_s=0)
    loose = tuple(
        replace(fence, delay_s=MappingProxyType({fence.victims[0]: 5}), random_s=10) for fence in subject.fences
    )
    last = blow(replace(subject, fences=loose), "partition:n1/n2")
    assert last.race
    assert LUCK in last.remarks
    apart = (loose[0], replace(loose[1], delay_s=MappingProxyType({"n2": 30})))
    assert blow(replace(subject, fences=apart), "partition:n1/n2").survivor == 1
    assert not blow(replace(subject, fences=apart), "partition:n1/n2").race


def test_the_only_one_that_can_fence_wins():
    assert blow(subject_of(2), "fencing-silent:ipmi-n1", "partition:n1/n2").survivor == 0
    assert blow(subject_of(2), "fencing-silent:ipmi-n2", "partition:n1/n2").survivor == 1


def test_where_neither_can_fence_both_keep_what_they_have():
    last = blow(subject_of(2), "fencing-silent:ipmi-n1", "fencing-silent:ipmi-n2", "partition:n1/n2")
    assert last.survivor is None
    assert NOBODY in last.remarks
    assert last.situation.split
    assert [side.step.unfenceable for side in last.sides] == [("n2",), ("n1",)]


def test_a_quorum_device_decides_between_two():
    subject = subject_of(2, more="quorum: {device: {host: 10.3.0.9}}\n")
    last = blow(subject, "partition:n1/n2", placement=at_rest(subject, "n2"))
    assert [side.quorate for side in last.sides] == [True, False]
    assert last.survivor == 0
    lost = blow(subject, "quorum-device-lost:device", "node-lost:n1")
    assert not lost.sides[0].quorate


def test_a_quorum_device_behind_a_cut_link_gives_no_vote():
    subject = subject_of(2, more="quorum: {device: {host: 10.1.0.9}}\n")
    assert subject.device_link == 0
    last = blow(subject, "link-cut:n1/0", "partition:n1/n2")
    assert [side.quorate for side in last.sides] == [False, True]


def test_the_last_link_of_a_node_sets_it_apart():
    subject = subject_of(3)
    assert len(blow(subject, "link-cut:n1/0").sides) == 1
    last = blow(subject, "link-cut:n1/0", "link-cut:n1/1")
    assert [side.members for side in last.sides] == [{"n1"}, {"n2", "n3"}]
    assert (last.survivor, last.situation.down) == (1, {"n1"})


def test_a_device_behind_a_link_is_silent_where_it_is_cut():
    here = OUTLETS.replace("10.9.0.99", "10.1.0.99")
    subject = subject_of(3, fencing=here)
    assert {fence.id: fence.link for fence in subject.fences}["pdu"] == 0
    assert blow(subject, "link-lost:0", "node-and-board-lost:n2").sides[0].step.unfenceable == ("n2",)
    assert blow(subject, "link-cut:n1/0", "node-and-board-lost:n2").sides[0].fences == {"n2"}


def test_last_man_standing_counts_anew_between_two_failures_and_not_at_once():
    subject = subject_of(5, more="quorum: {last_man_standing: true, wait_for_all: true}\n")
    first = blow(subject, "partition:n1+n2+n3/n4+n5")
    assert first.situation.expected_votes == 3
    assert blow(subject, "partition:n1+n2+n3/n4+n5", "node-lost:n3").sides[0].quorate
    assert not blow(subject, "partition:n1+n2/n3+n4+n5").sides[0].quorate


def test_a_node_leaves_and_returns():
    subject = subject_of(2, DATABASE)
    last = blow(subject, "node-left:n2")
    assert (last.sides[0].step.left, last.sides[0].step.lost) == (("n2",), ())
    assert last.situation.unfenced == set()
    back = blow(subject, "node-left:n2", "node-returned:n2")
    assert back.sides[0].step.returned == ("n2",)
    assert back.sides[0].step.scores == (("n2", "master-database-drbd", "10000"),)
    assert back.situation == WELL


def test_a_node_that_is_back_and_hears_nobody_changes_nothing():
    last = blow(subject_of(3), "link-cut:n1/0", "link-cut:n1/1", "node-returned:n1")
    (side,) = last.sides
    assert (side.members, side.step.returned, last.situation.down) == ({"n2", "n3"}, (), {"n1"})


def test_a_board_answers_again_when_its_node_is_back():
    last = blow(subject_of(3), "node-and-board-lost:n2", "node-returned:n2")
    assert last.situation == WELL


def test_a_disk_that_failed_stays_so_when_its_node_is_back():
    subject = subject_of(2, DATABASE)
    last = blow(subject, "disk-failed:/dev/sda3@n2", "node-lost:n2", "node-returned:n2")
    assert last.sides[0].step.scores == ()


def test_wait_for_all_takes_all_nodes_once_quorum_was_lost():
    subject = subject_of(3, more="quorum: {wait_for_all: true}\n")
    ids = ["node-lost:n1", "node-lost:n2", "node-returned:n1"]
    assert not blow(subject, *ids).sides[0].quorate
    assert blow(subject, *ids, "node-returned:n2").sides[0].quorate
    assert blow(subject_of(3), *ids).sides[0].quorate


def test_standby_on_and_off():
    assert blow(subject_of(3), "node-standby:n2").sides[0].step.standby == (("n2", True),)
    assert blow(subject_of(3), "node-standby:n2", "node-returned:n2").sides[0].step.standby == (("n2", False),)


def test_a_resource_fails_where_it_is_with_the_interval_of_its_monitor():
    subject = subject_of(2, DATABASE)
    step = blow(subject, "start-failed:database-server", placement=at_rest(subject, "n2")).sides[0].step
    assert step.results == (Result("database-server", "monitor", 5000, "n2", 7),)
    assert step.failing == (Result("database-server", "start", 0, "n2", 1),)
    promoted = blow(subject, "resource-failed:database-drbd@n1").sides[0].step
    assert promoted.results == (Result("database-drbd", "monitor", 11000, "n1", 7),)
    other = blow(subject, "resource-failed:database-drbd@n2").sides[0].step
    assert other.results == (Result("database-drbd", "monitor", 13000, "n2", 7),)


def test_of_what_nobody_asks_pacemaker_is_told_nothing():
    subject = subject_of(3)
    failure = every(subject)["resource-failed:site-apache"]
    told = strike(subject, WELL, failure, at_rest(subject)).sides[0].step
    untold = strike(subject, WELL, replace(failure, notice="none"), at_rest(subject)).sides[0].step
    assert (len(told.results), untold.results) == (1, ())


def test_what_fails_goes_on_failing_through_later_failures():
    subject = subject_of(3)
    step = blow(subject, "start-failed:site-apache", "node-lost:n3").sides[0].step
    assert step.failing == (Result("site-apache", "start", 0, "n1", 1),)


def test_aftermath_a_node_that_pacemaker_fenced_is_gone_and_may_cost_the_quorum():
    subject = subject_of(3)
    after = blow(subject, "node-lost:n3").situation
    situation, step = aftermath(subject, after, at_rest(subject, n3="offline", n2="offline"))
    assert situation.down == {"n2", "n3"}
    assert step is not None
    assert step.quorum is False
    assert aftermath(subject, after, at_rest(subject, n3="offline")) == (after, None)
    assert aftermath(subject, WELL, at_rest(subject, n3="offline"))[1] is None, "two of three have quorum"
    unclean, _ = aftermath(subject, after, at_rest(subject, n3="offline", n2="unclean"))
    assert unclean.unfenced == {"n2"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("node-lost:n1", "node-lost:n1"),
        ("node-lost:n1", "node-hung:n1"),
        ("node-left:n1", "node-standby:n1"),
        ("node-lost:n1", "link-cut:n1/0"),
        ("link-lost:0", "link-cut:n1/0"),
        ("node-lost:n1", "resource-failed:database-drbd@n1"),
        ("node-lost:n1", "partition:n1/n2"),
        ("node-lost:n1", "disk-failed:/dev/sda3@n1"),
        ("fencing-silent:ipmi-n1", "fencing-silent:ipmi-n1"),
        ("disk-failed:/dev/sda3@n1", "disk-failed:/dev/sda3@n1"),
    ],
)
def test_what_makes_no_sense_after_another_failure(first, second):
    subject = subject_of(2, DATABASE)
    situation = blow(subject, first).situation
    gone = {"n1": "offline"} if situation.down or situation.left else {}
    assert not usable(situation, every(subject)[second], at_rest(subject, "n2", **gone))
    assert usable(situation, every(subject)["node-lost:n2"], at_rest(subject, "n2", **gone))


def test_a_resource_that_runs_nowhere_does_not_fail():
    subject = subject_of(3)
    failure = every(subject)["resource-failed:site-apache"]
    assert usable(WELL, failure)
    assert usable(WELL, failure, at_rest(subject))
    assert not usable(WELL, failure, replace(at_rest(subject), instances=frozenset()))


def test_a_return_takes_something_that_is_gone():
    subject = subject_of(3)
    assert not usable(WELL, every(subject)["node-returned:n1"])
    assert usable(blow(subject, "node-standby:n1").situation, every(subject)["node-returned:n1"])


SUBJECTS = {
    "two": subject_of(2),
    "database": subject_of(2, DATABASE),
    "device": subject_of(2, more="quorum: {device: {host: 10.1.0.9}}\n"),
    "three": subject_of(3, fencing=OUTLETS),
    "one link": subject_of(4, links=1),
    "six": subject_of(6, SITE, more="shared: {rack: {kind: rack, nodes: [n1, n2, n3]}}\n"),
}


@given(name=st.sampled_from(sorted(SUBJECTS)), data=st.data())
def test_whatever_fails_the_sides_are_disjoint_and_cover_the_living(name, data):
    subject = SUBJECTS[name]
    known = every(subject)
    situation, placement = WELL, at_rest(subject)
    for _ in range(3):
        failure: Failure = known[data.draw(st.sampled_from(sorted(known)))]
        if not usable(situation, failure, placement):
            continue
        last = strike(subject, situation, failure, placement)
        check(subject, situation, failure, last)
        situation = last.situation
        gone = situation.down | situation.left
        placement = at_rest(subject, **dict.fromkeys(gone, "offline"))


def check(subject, before, failure, last):
    living = set(subject.nodes) - before.down - before.left - failure.lost - failure.left
    back = failure.returned - last.situation.down
    assert sorted(node for side in last.sides for node in side.members) == sorted(living | back)
    assert (last.survivor is None) == (not last.sides or last.survivor not in range(len(last.sides)))
    quorate = [side for side in last.sides if side.quorate]
    assert len(quorate) <= 1 or subject.quorum.two_node
    for side in last.sides:
        step = side.step
        named = {*step.lost, *step.left, *step.returned, *step.unfenceable, *(node for node, _ in step.standby)}
        named |= {result.node for result in (*step.results, *step.failing)} | {node for node, _, _ in step.scores}
        assert named <= set(subject.nodes)
        assert not set(step.lost) & side.members
        assert not set(step.lost) & set(step.left)
        assert not side.fences & side.members
        assert not side.fences & set(step.unfenceable)
        assert step.quorum is side.quorate
        assert {result.resource for result in (*step.results, *step.failing)} <= set(subject.parts)
    if last.survivor is not None:
        assert last.situation.down.isdisjoint(last.sides[last.survivor].members)
        assert last.situation.unfenced.isdisjoint(last.sides[last.survivor].fences)
