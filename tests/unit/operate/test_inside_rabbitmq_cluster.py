"""What brokers say of their cluster, judged: members compared, not processes."""

import asyncio
from dataclasses import replace

import pytest

from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.errors import Unknown
from quorate.findings import Finding, Severity
from quorate.machines.fake import Answer, FakeHost
from quorate.observe.facts.broker import Broker, command_for
from quorate.operate.inside.rabbitmq_cluster import judged, look
from quorate.operate.insight import Line

CLUSTER = load(kinds()["rabbitmq-cluster"].example, "rabbitmq.yaml", kinds()).cluster
SITE = Site("broker", PLATFORM, CLUSTER)
NAMES = ("n1", "n2", "n3")
SERVES = Broker("running", last=NAMES, members=NAMES, up=NAMES, queues=4)
WAITS = Broker("waits", last=NAMES, members=NAMES)


def seen(running=frozenset(NAMES), **brokers):
    told = list(judged(dict.fromkeys(NAMES, SERVES) | brokers, SITE, running))
    lines = {one.node: one for one in told if isinstance(one, Line)}
    return lines, {one.code: one for one in told if isinstance(one, Finding)}


def test_three_that_see_each_other_are_well():
    lines, found = seen()
    assert [lines[name].words for name in NAMES] == ["serves, sees 3 of 3 members"] * 3
    assert all(line.state == "good" and line.serves for line in lines.values())
    assert found == {}


def test_one_that_runs_and_is_no_member_is_found():
    """resource-agents issue 959: Pacemaker says Started on all three."""
    alone = Broker("running", last=("n3",), members=("n3",), up=("n3",))
    two = replace(SERVES, members=("n1", "n2"), up=("n1", "n2"))
    lines, found = seen(n1=two, n2=two, n3=alone)
    assert lines["n3"].state == "bad"
    assert "no member of the cluster of n1, n2" in found["broker-not-member"].summary
    assert "rabbitmqctl join_cluster rabbit@n1" in found["broker-not-member"].fix


def test_two_parts_that_both_serve_are_found():
    lines, found = seen(n3=replace(SERVES, up=("n3",)), n1=replace(SERVES, up=("n1", "n2")))
    assert (lines["n3"].words, lines["n3"].serves) == ("serves apart from the others: sees n3", False)
    assert found["broker-partitioned"].severity is Severity.ERROR


def test_a_partition_that_healed_and_was_not_mended_is_found():
    _, found = seen(n3=replace(SERVES, apart=("n1", "n2")))
    assert "was split from n1, n2" in found["broker-partitioned"].summary


def test_a_paused_one_serves_nobody():
    lines, found = seen(n3=Broker("paused", members=NAMES))
    assert lines["n3"].serves is False
    assert "broker-paused" in found


def test_one_that_waits_says_for_whom_and_what_to_do_where_that_is_gone():
    _, found = seen(n1=WAITS, n2=WAITS, n3=Unknown("n3 is gone."))
    assert found["broker-waits"].summary.endswith("waits for n3")
    assert "quorate recover FILE broker --without n3" in found["broker-waits"].fix


def test_all_that_start_at_once_wait_for_each_other_and_are_no_error():
    lines, found = seen(n1=WAITS, n2=WAITS, n3=WAITS)
    assert found.keys() == {"broker-starting"}
    assert not any(line.serves for line in lines.values())


@pytest.mark.parametrize(("cookie", "words"), [("other", "another"), ("absent", "no")])
def test_a_wrong_cookie_is_said_while_the_broker_still_runs_with_the_right_one(cookie, words):
    _, found = seen(n2=replace(SERVES, cookie=cookie))
    assert f"n2 has {words} Erlang cookie" in found["broker-cookie"].summary


def test_one_that_cannot_be_asked_with_its_hosts_cookie_is_deaf():
    lines, found = seen(n2=Broker("deaf", cookie="same"))
    assert lines["n2"].state == "bad"
    assert "broker-deaf" in found


def test_an_alarm_is_everybodys():
    lines, found = seen(n2=replace(SERVES, alarms=("disk", "memory")))
    assert "too little disk and memory: nobody can publish" in found["broker-alarm"].summary
    assert all((line.state, line.serves) == ("bad", False) for line in lines.values())
    assert lines["n1"].words == "serves, sees 3 of 3 members; takes no messages: another has too little of something"


def test_queues_without_a_majority_are_named():
    _, found = seen(**dict.fromkeys(NAMES, replace(SERVES, stuck=("a", "b", "c", "d"), thin=2)))
    assert found["queue-without-majority"].summary == ("4 of 4 queues have no majority of their replicas: a, b, c ...")
    assert found["queue-replicas-few"].severity is Severity.WARNING


def test_one_that_does_not_run_and_should_not_is_passed_over():
    lines, _ = seen(running=frozenset({"n1", "n2"}), n3=Broker("down"))
    assert "n3" not in lines


def test_those_that_one_without_its_disk_keeps_out_are_named():
    """n2 started first, with an empty disk; the others know it, and it does not know them."""
    blank, full = Broker("running", last=("n2",), members=("n2",), up=("n2",)), Broker("down", last=NAMES)
    _, found = seen(running=frozenset({"n2"}), n1=full, n2=blank, n3=full)
    assert found["broker-kept-out"].summary.startswith(
        "n1 and n3 had a broker of a cluster that the one on n2 does not"
    )
    assert "Those of n1 and n3: crm_resource --resource broker --ban --node n2;" in found["broker-kept-out"].fix


@pytest.mark.parametrize(
    "others",
    [
        replace(SERVES, members=("n1", "n2"), up=("n1", "n2")),  # they have gone on, and n3 steps aside
        replace(SERVES, up=("n1",)),  # n3 is a member
        WAITS,
    ],
)
def test_one_that_is_down_beside_those_that_know_it_or_have_gone_on_is_not_kept_out(others):
    _, found = seen(n1=others, n2=others, n3=Broker("down", last=NAMES))
    assert "broker-kept-out" not in found


def test_every_node_is_asked_with_the_clusters_cookie():
    said = 'same\n[rabbit@n1].\nyes\n{"alarms":[],"members":["rabbit@n1"],"partitions":[],"paused":false,"queues":0,'
    said += '"running":true,"stuck":[],"thin":0,"up":["rabbit@n1"]}'
    question = str(command_for("rabbit@n1", "/etc/quorate/secrets/broker.cookie", long=False, six=False))
    facts = asyncio.run(look({"n1": FakeHost("n1", {question: Answer(stdout=said)})}, SITE))
    assert facts["n1"].state == "running"


def test_a_member_that_the_file_has_no_more_is_named():
    four = replace(SERVES, members=(*NAMES, "n4"))
    _, found = seen(n1=four, n2=four, n3=four)
    assert "forget_cluster_node rabbit@n4" in found["broker-member-left"].fix
