from dataclasses import replace
from typing import get_args

import pytest

from quorate.describe.cluster import Quorum
from quorate.explore.durations import (
    STOP_GONE,
    Defaults,
    Device,
    Durations,
    Pause,
    Place,
    at_once,
    from_record,
    of_subject,
    shipped,
    weakest,
)
from quorate.explore.result import Figure
from quorate.explore.scheduler.transition import Action
from quorate.explore.subject import Fence, Part, Subject

DEFAULTS = Defaults(
    agents={"ocf:heartbeat:mysql": {"start": 3.0, "stop": 2.0, "probe": 0.1, "monitor": 0.2}},
    fencing={"fence_ipmilan": {"reboot": 4.0}, "fence_apc": {"reboot": 1.0}},
    pauses={"action": 0.02, "membership": 0.6},
)
MODEL = Durations(
    defaults=DEFAULTS,
    agents={"db": "ocf:heartbeat:mysql", "odd": "ocf:local:odd"},
    timeouts_s={("odd", "start"): 90.0},
    devices={
        "ipmi": Device("fence_ipmilan"),
        "slow": Device("fence_ipmilan", wait_s=2.0),
        "apc": Device("fence_apc"),
        "odd": Device("fence_odd"),
        "dog": Device("watchdog"),
    },
    levels={
        "n1": (("ipmi",), ("apc",)),
        "n2": (("apc", "ipmi"),),
        "n3": (("apc", "odd"),),
        "n5": (("slow",),),
        "n6": (("dog",),),
    },
)


def op(task: str, resource: str = "db", **more: int) -> Action:
    return Action(1, "rsc_op", task, resource, "n1", **more)


def fencing(node: str, timeout_ms: int = 0) -> Action:
    return Action(1, "crm_event", "stonith", node=node, timeout_ms=timeout_ms)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (op("start", timeout_ms=180_000), Figure(3.0, "default")),
        (op("monitor"), Figure(0.1, "default")),
        (op("monitor", interval_ms=5000), Figure(0.2, "default")),
        (op("start", "odd", timeout_ms=60_000), Figure(60.0, "bound")),
        (op("start", "odd"), Figure(90.0, "bound")),
        (op("stop", "unknown"), Figure(20.0, "bound")),
        (Action(1, "pseudo_event", "start", "db", "n1"), Figure(0.0, "measured")),
        (op("cancel", interval_ms=5000, timeout_ms=60_000), Figure(0.0, "measured")),
        (Action(1, "crm_event", "do_shutdown", node="n1"), Figure(0.0, "measured")),
        (fencing("n1"), Figure(4.0, "default")),
        (fencing("n2"), Figure(5.0, "default")),  # a level: one device after the other
        (fencing("n3", 30_000), Figure(30.0, "bound")),
        (fencing("n4"), Figure(60.0, "bound")),
        (fencing("n5"), Figure(8.0, "default")),  # it waits when it is off, and when it is on
        (fencing("n6"), Figure(0.0, "measured")),  # its wait is a delay of fencing
    ],
)
def test_what_is_not_measured_takes_what_the_lab_says_else_its_time_out(action: Action, expected: Figure) -> None:
    assert MODEL.of(action) == expected


def test_a_level_that_fails_takes_as_much_as_it_may() -> None:
    assert MODEL.of(fencing("n1", 30_000), silent=["ipmi"]) == Figure(31.0, "bound")
    assert MODEL.of(fencing("n1"), silent=["apc"]) == Figure(4.0, "default")
    assert MODEL.of(fencing("n1"), silent=["apc", "ipmi"]) == Figure(60.0, "bound")
    known = replace(MODEL, measured={("", "reboot", "n1"): (3.0,)})
    assert known.of(fencing("n1")) == Figure(3.0, "measured")
    assert known.of(fencing("n1", 30_000), silent=["ipmi"]) == Figure(31.0, "bound")


def test_what_was_measured_comes_first_and_there_rather_than_elsewhere() -> None:
    samples = {("db", "start", "n1"): (9.0, 7.0, 8.0), ("db", "start", "n2"): (1.0,), ("db", "stop", "n2"): (1.5,)}
    model = Durations(defaults=DEFAULTS, agents=MODEL.agents, measured=samples | {("", "off", "n1"): (2.5,)})
    assert model.of(op("start")) == Figure(8.0, "measured")
    assert model.of(op("stop")) == Figure(1.5, "measured")
    assert model.of(fencing("n1")) == Figure(60.0, "bound")
    off = Durations(defaults=DEFAULTS, fence_action="off", measured=model.measured)
    assert off.of(fencing("n1")) == Figure(2.5, "measured")


def test_a_stop_of_what_has_ended_is_that_of_any_other_where_nothing_is_known() -> None:
    assert MODEL.of(op("stop"), gone=True) == Figure(2.0, "default")
    known = Durations(defaults=DEFAULTS, agents=MODEL.agents, measured={("db", STOP_GONE, "n2"): (0.1,)})
    assert known.of(op("stop"), gone=True) == Figure(0.1, "measured")
    assert known.of(op("stop")) == Figure(2.0, "default")


def test_pauses_that_have_two_lengths_are_expected_between_them() -> None:
    samples = {("", "membership", ""): (0.1, 0.1, 1.0), ("", "action", ""): (0.1, 0.1, 1.0)}
    model = Durations(defaults=DEFAULTS, measured=samples)
    assert model.pause("membership") == Figure(pytest.approx(0.4), "measured")
    assert model.pause("action") == Figure(0.1, "measured")
    assert MODEL.pause("membership") == Figure(0.6, "default")


def test_the_weakest() -> None:
    assert weakest([]) == "measured"
    assert weakest(["measured", "bound", "default"]) == "bound"


CIB = """<cib><configuration><crm_config><cluster_property_set id="o">
<nvpair id="a" name="stonith-action" value="{}"/></cluster_property_set></crm_config><resources>
<primitive id="f1" class="stonith" type="fence_ipmilan"><instance_attributes id="i">
<nvpair id="w" name="power_wait" value="{}"/></instance_attributes></primitive></resources></configuration></cib>"""


SUBJECT = Subject(
    name="c",
    cib=CIB.format("off", "0"),
    nodes=("n1", "n2"),
    votes={"n1": 1, "n2": 1},
    quorum=Quorum(2, True, True, False, 0, None, None),
    services=(),
    parts={"db": Part("db", "ocf:heartbeat:mysql", {"start": 180.0})},
    detection_s=2.0,
    fences=(Fence("f1", "fence_ipmilan", ("n1",)), Fence("f2", "fence_apc", ("n1", "n2"))),
    levels={"n1": (("f1", "f2"), ("f2",))},
)


@pytest.mark.parametrize(
    ("cib", "action", "waits_s"),
    [
        (CIB.format("off", "0s"), "off", 0.0),
        (CIB.format("poweroff", "3"), "off", 3.0),
        ("<cib/>", "reboot", 2.0),  # what fence_ipmilan does by itself
        ("", "reboot", 2.0),
        ("?", "reboot", 2.0),
    ],
)
def test_how_a_subject_fences(cib: str, action: str, waits_s: float) -> None:
    model = of_subject(replace(SUBJECT, cib=cib))
    assert model.fence_action == action
    assert model.devices["f1"] == Device("fence_ipmilan", waits_s)


def test_that_others_answered_says_nothing_of_a_server_that_starts_beside_them() -> None:
    one = Part("api", "systemd:api")
    samples = {("api", "serves", "n1"): (0.2,), ("api", "start", "n1"): (4.0,)}
    alike = of_subject(replace(SUBJECT, parts={"api": replace(one, clone="apis")}), samples)
    assert (alike.serves("api", "n1"), alike.operation("api", "start", "n1").seconds) == (None, 4.0)
    alone = of_subject(replace(SUBJECT, parts={"api": one}), samples)
    assert alone.serves("api", "n1") == Figure(0.2, "measured")


def test_a_subject_says_agents_time_outs_and_levels() -> None:
    model = of_subject(SUBJECT)
    assert model.levels == {"n1": (("f1", "f2"), ("f2",)), "n2": (("f2",),)}
    assert model.devices == {"f1": Device("fence_ipmilan", 0.0), "f2": Device("fence_apc", 0.0)}
    assert model.timeouts_s == {("db", "start"): 180.0}
    assert model.agents == {"db": "ocf:heartbeat:mysql", "f1": "stonith:fence_ipmilan", "f2": "stonith:fence_apc"}


def test_what_is_shipped_knows_the_agents_of_the_catalog() -> None:
    defaults = shipped()
    assert defaults.made_from
    for agent in ("IPaddr2", "Filesystem", "apache", "mysql"):
        assert {"start", "stop", "monitor", "probe"} <= defaults.agents[f"ocf:heartbeat:{agent}"].keys()
    assert {"start", "stop", "promote", "demote", "notify", "monitor"} <= defaults.agents["ocf:linbit:drbd"].keys()
    assert {"start", "stop", "serves"} <= defaults.agents["systemd:rabbitmq-server"].keys()
    for unit in ("haproxy", "mariadb", "rabbitmq-server", "memcached", "keystone", "glance-api"):
        assert {"start", "stop", "monitor", "probe"} <= defaults.agents[f"systemd:{unit}"].keys()
    assert {*get_args(Pause)} == defaults.pauses.keys()
    assert defaults.fencing["fence_ipmilan"]["reboot"] > 0


FIGURE = {"median_s": 1.0, "mean_s": 2.0, "least_s": 0.5, "most_s": 5.0, "n": 3}
RECORD = {
    "runs": [{"environment": "a lab"}],
    "labs": {
        "container": {
            "agents": {"a": {"start": FIGURE}, "b": {"start": FIGURE}},
            "fencing": {},
            "pauses": {"action": FIGURE, "membership": FIGURE},
            "busy": True,
        },
        "kernel": {
            "agents": {"a": {"start": FIGURE | {"median_s": 3.0}}, "c": {"stop": FIGURE}},
            "fencing": {"f": {"off": FIGURE}},
            "pauses": {"membership": FIGURE | {"mean_s": 4.0}},
            "busy": False,
        },
    },
}


def test_hosts_are_like_containers_without_their_load_and_what_is_missing_is_the_other_labs() -> None:
    hosts, container, kernel = (from_record(RECORD, place) for place in get_args(Place))
    assert hosts.agents == {"a": {"start": 1.0}, "b": {"start": 1.0}, "c": {"stop": 1.0}}
    assert kernel.agents == {"a": {"start": 3.0}, "b": {"start": 1.0}, "c": {"stop": 1.0}}
    assert (hosts.pauses, kernel.pauses) == ({"action": 1.0, "membership": 2.0}, {"action": 1.0, "membership": 4.0})
    assert hosts.fencing == {"f": {"off": 1.0}}
    assert (hosts.busy, container.busy, kernel.busy) == (False, True, False)


@pytest.mark.parametrize(("nodes", "expected"), [(1, 1), (2, 1), (3, 1), (5, 2), (16, 8)])
def test_under_load_half_as_many_actions_as_nodes_are_under_way(nodes: int, expected: int) -> None:
    assert at_once(nodes) == expected


def test_a_busy_cluster_does_less_at_once() -> None:
    assert of_subject(SUBJECT).at_once == 0
    assert of_subject(SUBJECT, {("", "busy", ""): (1.0, 1.0, 0.0)}).at_once == 1
    assert of_subject(SUBJECT, {("", "busy", ""): (0.0,)}, "container").at_once == 0
