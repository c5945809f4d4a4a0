"""Scenarios as command lines: what crm_simulate can be told it is told, and what it cannot stands beside."""

import pytest

from quorate.explore.replay import Course, Move, replay
from quorate.explore.scheduler.step import QUIET, Result, Step

FIRST = Move(QUIET)


def lines(*steps, members=("n1", "n2"), transitions=1):
    moves = tuple(Move(step, transitions) for step in steps)
    return replay([Course(frozenset(members), moves)], FIRST).splitlines()[1:]


def test_a_scenario_begins_with_the_cluster_coming_to_rest():
    assert replay([], Move(QUIET, 2)).splitlines() == [
        "crm_simulate -S -x cib.xml -O rest.xml",
        "crm_simulate -S -x rest.xml -O rest.xml",
    ]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(lost=("n1",), quorum=True), "-q 1 -f n1"),
        (Step(left=("n1",)), "-d n1"),
        (Step(returned=("n1",)), "-u n1"),
        (Step(quorum=False), "-q 0 -u n1"),
        (Step(results=(Result("web", "monitor", 10000, "n1", 7),)), "-i web_monitor_10000@n1=7"),
        (Step(failing=(Result("web", "promote", 0, "n1", 1),)), "-F web_promote_0@n1=1"),
        (Step(granted=("a",), revoked=("b",)), "-g a -r b"),
        (Step(lost=("n 1",)), "-f 'n 1'"),
    ],
)
def test_what_happens_is_an_option(step, words):
    assert lines(step) == [f"crm_simulate -S -x rest.xml {words} -O 1.xml"]


def test_one_moment_follows_another():
    assert lines(Step(lost=("n1",)), Step(lost=("n2",))) == [
        "crm_simulate -S -x rest.xml -f n1 -O 1.xml",
        "crm_simulate -S -x 1.xml -f n2 -O 2.xml",
    ]


def test_what_is_an_attribute_is_set_in_the_file_before():
    assert lines(Step(standby=(("n1", True),), scores=(("n2", "master-drbd", ""),))) == [
        "cp rest.xml 1.xml",
        "CIB_file=1.xml crm_attribute -N n1 -n standby -l forever -v on",
        "CIB_file=1.xml crm_attribute -N n2 -n master-drbd -l reboot -D",
        "crm_simulate -S -x 1.xml -O 1.xml",
    ]


def test_what_fails_fails_in_every_transition_and_counts_as_in_a_cluster():
    failing = (Result("web", "start", 0, "n1", 1),)
    move = Move(Step(failing=failing), 2, (failing, ()))
    assert replay([Course(frozenset({"n1"}), (move,))], FIRST).splitlines()[1:] == [
        "crm_simulate -S -x rest.xml -F web_start_0@n1=1 -O 1.xml",
        "CIB_file=1.xml crm_attribute -N n1 -n 'fail-count-web#start_0' -l reboot -v INFINITY",
        "crm_simulate -S -x 1.xml -F web_start_0@n1=1 -O 1.xml",
    ]


def test_failing_fencing_cannot_be_said_and_is_remarked():
    said = lines(Step(lost=("n1",), unfenceable=("n1",)))
    assert said[0].startswith("# n1 cannot be fenced")
    assert said[1] == "crm_simulate -S -x rest.xml -f n1 -O 1.xml"


def test_each_side_has_its_own_files():
    one, other = (Course(frozenset({node}), (Move(Step(lost=(lost,))),)) for node, lost in (("n1", "n2"), ("n2", "n1")))
    assert replay([one, other], FIRST).splitlines()[1:] == [
        "# what n1 can see",
        "crm_simulate -S -x rest.xml -f n2 -O side1-1.xml",
        "# what n2 can see",
        "crm_simulate -S -x rest.xml -f n1 -O side2-1.xml",
    ]
