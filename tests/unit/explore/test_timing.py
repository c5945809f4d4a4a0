from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quorate.explore import outage
from quorate.explore.durations import Defaults, Durations
from quorate.explore.outage import Happening
from quorate.explore.result import Event, Figure
from quorate.explore.scheduler.transition import Action, Instance, Placement, Transition
from quorate.explore.subject import Part, Service
from quorate.explore.timing import DECIDE, DELAY, DETECT, FENCE, POWER_OFF, Notice, course, ended

AT_ONCE = Notice(detect=Figure(0.0, "measured"))
PAUSES = {"membership": 0.5, "monitor": 0.5, "announced": 0.0, "transition": 1.0, "action": 0.0}
PARTS = {
    "ip": Part("ip", "ocf:heartbeat:IPaddr2"),
    "db": Part("db", "ocf:heartbeat:mysql"),
    "drbd": Part("drbd", "ocf:linbit:drbd", clone="drbd-clone", promotable=True),
}


def durations(measured: dict[tuple[str, str, str], float], **more: object) -> Durations:
    samples = {key: (seconds,) for key, seconds in measured.items()}
    return Durations(defaults=Defaults({}, {}, PAUSES), measured=samples, **more)  # type: ignore[arg-type]


def op(id_: int, task: str, resource: str, node: str, *after: int, **more: int) -> Action:
    return Action(id_, "rsc_op", task, resource, node, after=after, **more)


def fence(id_: int, node: str, **more: float) -> Action:
    return Action(id_, "crm_event", "stonith", node=node, **more)  # type: ignore[arg-type]


def transition(*actions: Action, undone: tuple[int, ...] = ()) -> Transition:
    return Transition(actions, frozenset(action.id for action in actions) - set(undone))


def ran(**places: str) -> Placement:
    roles = {"drbd": "Promoted"}
    return Placement(
        dict.fromkeys(places.values(), "online"),
        frozenset(Instance(name, node, roles.get(name, "Started")) for name, node in places.items()),  # type: ignore[arg-type]
    )


def interruption(needs, parts, before, events, *, gone=frozenset(), elsewhere=()):
    """Return the interruption of a service that needs these and uses no other."""
    return outage.interruption(
        Service("service", needs), parts, Happening(before=before, events=events, gone=gone, elsewhere=elsewhere)
    )


def line(event: Event) -> tuple[str, str, float, float]:
    return event.action, event.subject, round(event.begin_s, 6), round(event.end_s, 6)


FAILOVER = transition(
    fence(1, "n1"),
    op(2, "start", "ip", "n2", 1),
    op(3, "start", "db", "n2", 2),
    Action(4, "pseudo_event", "running", after=(3,)),
    op(5, "monitor", "db", "n2", 3, interval_ms=5000),
)
TAKES = durations({("", "reboot", "n1"): 2, ("ip", "start", "n2"): 0.25, ("db", "start", "n2"): 4})
LOST = Notice(detect=Figure(3.0, "default"), pause="membership", subject="n1")


def test_a_lost_node_is_detected_fenced_and_its_service_started() -> None:
    before = ran(ip="n1", db="n1")
    events = course([FAILOVER], TAKES, LOST)
    found = interruption(("ip", "db"), PARTS, before, events, gone=ended(before, lost=["n1"]))
    assert found is not None
    assert (found.lost_s, found.back_s) == (0.0, 9.75)
    assert [(one.action, one.subject, one.begin_s, one.end_s, one.basis) for one in found.path] == [
        (DETECT, "n1", 0.0, 3.0, "default"),
        (DECIDE, "", 3.0, 3.5, "default"),
        (FENCE, "n1", 3.5, 5.5, "default"),
        ("start", "ip", 5.5, 5.75, "default"),
        ("start", "db", 5.75, 9.75, "default"),
    ]
    assert found.figure == Figure(9.75, "default")


def test_the_weakest_basis_counts() -> None:
    before = ran(ip="n1", db="n1")
    without = durations({("", "reboot", "n1"): 2, ("ip", "start", "n2"): 0.25}, timeouts_s={("db", "start"): 180.0})
    found = interruption(
        ("ip", "db"), PARTS, before, course([FAILOVER], without, LOST), gone=ended(before, lost=["n1"])
    )
    assert found is not None
    assert found.figure == Figure(185.75, "bound")


def test_a_planned_move_takes_from_the_first_stop() -> None:
    moved = transition(
        op(1, "stop", "other", "n1"),
        op(2, "stop", "db", "n1", 1),
        op(3, "stop", "ip", "n1", 2),
        op(4, "start", "ip", "n2", 3),
        op(5, "start", "db", "n2", 4),
    )
    seconds = {"stop": 1.0, "start": 2.0}
    takes = durations({(r, t, ""): s for r in ("other", "db", "ip") for t, s in seconds.items()})
    found = interruption(("ip", "db"), PARTS, ran(ip="n1", db="n1"), course([moved], takes, AT_ONCE))
    assert found is not None
    assert (found.lost_s, found.back_s) == (1.0, 7.0)
    assert [(one.action, one.subject) for one in found.path] == [
        ("stop", "db"),
        ("stop", "ip"),
        ("start", "ip"),
        ("start", "db"),
    ]


def test_what_waits_for_two_waits_for_the_longer() -> None:
    both = transition(op(1, "start", "ip", "n2"), op(2, "start", "disk", "n2"), op(3, "start", "db", "n2", 1, 2))
    takes = durations({("ip", "start", ""): 1, ("disk", "start", ""): 5, ("db", "start", ""): 1})
    before = ran(ip="n1", db="n1")
    found = interruption(
        ("ip", "db"), PARTS, before, course([both], takes, AT_ONCE), gone=ended(before, failed=[("db", "n1")])
    )
    assert found is not None
    assert [one.subject for one in found.path] == ["disk", "db"]
    assert found.back_s == 6


def test_transitions_come_one_after_the_other_and_each_is_decided_first() -> None:
    takes = durations({("db", "stop", ""): 1, ("db", "start", ""): 2})
    events = course([transition(op(1, "stop", "db", "n1")), transition(op(1, "start", "db", "n2"))], takes, AT_ONCE)
    assert [line(event) for event in events if event.begin_s < event.end_s] == [
        ("stop", "db", 0.0, 1.0),
        (DECIDE, "", 1.0, 2.0),
        ("start", "db", 2.0, 4.0),
    ]


def test_a_transition_with_nothing_done_takes_no_time() -> None:
    nothing = transition(op(1, "start", "db", "n2"), undone=(1,))
    assert course([nothing], TAKES, AT_ONCE) == ()


def test_what_is_not_done_happens_not_and_nobody_waits_for_it() -> None:
    takes = durations({("db", "start", ""): 2})
    one = transition(fence(1, "n1"), op(2, "start", "db", "n2", 1), op(3, "start", "ip", "n2"), undone=(1, 2))
    assert [event.id for event in course([one], takes, AT_ONCE) if event.id >= 0] == [3]


def test_a_service_that_does_not_come_back() -> None:
    before = ran(ip="n1", db="n1")
    found = interruption(("ip", "db"), PARTS, before, (), gone=ended(before, lost=["n1"]))
    assert found is not None
    assert (found.lost_s, found.back_s, found.figure, found.path) == (0.0, None, None, ())


def test_one_of_the_needs_is_missing() -> None:
    before = ran(ip="n1", db="n1")
    half = transition(op(1, "start", "ip", "n2"))
    events = course([half], durations({("ip", "start", ""): 1}), AT_ONCE)
    found = interruption(("ip", "db"), PARTS, before, events, gone=ended(before, lost=["n1"]))
    assert found is not None
    assert found.back_s is None


def test_a_service_elsewhere_is_not_interrupted() -> None:
    before = Placement({}, frozenset({Instance("ip", "n2", "Started"), Instance("other", "n1", "Started")}))
    gone = ended(before, lost=["n1"])
    assert gone == {("other", "n1")}
    assert interruption(("ip",), PARTS, before, course([FAILOVER], TAKES, LOST), gone=gone) is None


def test_a_service_that_did_not_run_is_not_interrupted() -> None:
    assert interruption(("ip", "db"), PARTS, ran(ip="n1"), course([FAILOVER], TAKES, LOST)) is None


def test_a_further_instance_keeps_a_service_up() -> None:
    before = Placement({}, frozenset({Instance("ip", "n1", "Started"), Instance("ip", "n2", "Started")}))
    assert interruption(("ip",), PARTS, before, (), gone=frozenset({("ip", "n1")})) is None


def test_a_promotable_one_serves_where_it_is_promoted() -> None:
    before = Placement({}, frozenset({Instance("drbd", "n1", "Promoted"), Instance("drbd", "n2", "Unpromoted")}))
    promoted = transition(op(1, "start", "drbd", "n3"), op(2, "promote", "drbd", "n2", 1))
    takes = durations({("drbd", "start", ""): 3, ("drbd", "promote", ""): 1})
    found = interruption(("drbd",), PARTS, before, course([promoted], takes, AT_ONCE), gone=frozenset({("drbd", "n1")}))
    assert found is not None
    assert found.back_s == 4


def test_a_live_migration_interrupts_nobody() -> None:
    moved = transition(
        op(1, "migrate_to", "vm", "n1"), op(2, "migrate_from", "vm", "n2", 1), op(3, "stop", "vm", "n1", 2)
    )
    takes = durations({("vm", task, ""): 2 for task in ("migrate_to", "migrate_from", "stop")})
    assert interruption(("vm",), PARTS, ran(vm="n1"), course([moved], takes, AT_ONCE)) is None


def test_a_start_that_fails_does_not_end_it() -> None:
    """The scheduler carries a failing start out, and then stops what it has begun."""
    before = ran(db="n1")
    first = transition(op(1, "start", "db", "n2"))
    second = transition(op(1, "stop", "db", "n2"), op(2, "start", "db", "n3", 1))
    takes = durations({("db", "start", ""): 2, ("db", "stop", ""): 1})
    found = interruption(
        ("db",), PARTS, before, course([first, second], takes, AT_ONCE), gone=ended(before, lost=["n1"])
    )
    assert found is not None
    assert (found.lost_s, found.back_s) == (0.0, 6.0)


def test_a_node_that_is_cut_off_serves_until_it_is_fenced_or_stops() -> None:
    before = ran(ip="n1", db="n1")
    events = course([FAILOVER], TAKES, LOST)
    fenced = interruption(("ip", "db"), PARTS, before, events)
    assert fenced is not None
    assert (fenced.lost_s, fenced.back_s) == (3.5 + POWER_OFF * 2, 9.75)
    assert fenced.path[0].action == FENCE
    no_quorum = course([transition(op(1, "stop", "db", "n1"))], TAKES, Notice(detect=Figure(3.25, "default")))
    stopped = interruption(("ip", "db"), PARTS, before, events, elsewhere=no_quorum)
    assert stopped is not None
    assert stopped.lost_s == 3.25
    assert stopped.path[0].end_s - stopped.path[0].begin_s == 0.25


@pytest.mark.parametrize(("side_s", "priority_s", "expected_s"), [(0, 0, 0), (15, 0, 15), (0, 7, 7), (15, 7, 15)])
def test_fencing_is_put_off(side_s: float, priority_s: float, expected_s: float) -> None:
    one = transition(fence(1, "n1", priority_delay_s=priority_s), op(2, "start", "db", "n2", 1))
    events = course([one], TAKES, AT_ONCE, delays_s={"n1": side_s})
    assert {event.action: event.end_s - event.begin_s for event in events if event.subject == "n1"} == {
        **({DELAY: expected_s} if expected_s else {}),
        FENCE: 2.0,
    }
    before = ran(db="n1")
    found = interruption(("db",), PARTS, before, events, gone=ended(before, lost=["n1"]))
    assert found is not None
    assert found.back_s == expected_s + 6


def test_what_has_ended_is_stopped_sooner_but_only_once() -> None:
    again = transition(op(1, "stop", "db", "n1"), op(2, "start", "db", "n1", 1))
    takes = durations({("db", "stop", ""): 5, ("db", "stop after failure", ""): 1, ("db", "start", ""): 1})
    events = course([again, again], takes, AT_ONCE, gone=frozenset({("db", "n1")}))
    assert [event.end_s - event.begin_s for event in events if event.action == "stop"] == [1, 5]


def test_what_hangs_is_stopped_later_but_only_once() -> None:
    again = transition(op(1, "stop", "db", "n1"), op(2, "start", "db", "n1", 1))
    takes = durations({("db", "stop", ""): 5, ("db", "stop of what hangs", ""): 40, ("db", "start", ""): 1})
    events = course([again, again], takes, AT_ONCE, hung=frozenset({("db", "n1")}))
    assert [event.end_s - event.begin_s for event in events if event.action == "stop"] == [40, 5]


def test_how_long_a_hang_takes_to_stop_is_bounded_by_its_time_out() -> None:
    events = course(
        [transition(op(1, "stop", "db", "n1", timeout_ms=60_000))],
        durations({("db", "stop", ""): 5}),
        AT_ONCE,
        hung=frozenset({("db", "n1")}),
    )
    assert [(event.end_s, event.basis) for event in events if event.action == "stop"] == [(60.0, "bound")]


def test_a_start_that_fails_leaves_nothing_that_takes_long_to_stop() -> None:
    again = transition(op(1, "stop", "db", "n1"), op(2, "start", "db", "n1", 1))
    takes = durations({("db", "stop", ""): 5, ("db", "stop after failure", ""): 1, ("db", "start", ""): 1})
    events = course([again, again], takes, AT_ONCE, failing=frozenset({("db", "n1")}))
    assert [event.end_s - event.begin_s for event in events if event.action == "stop"] == [5, 1]
    assert [event.end_s - event.begin_s for event in events if event.action == "start"] == [0, 0]
    known = durations({("db", "start", ""): 1, ("db", "start that fails", ""): 0.5})
    events = course([again], known, AT_ONCE, failing=frozenset({("db", "n1")}))
    assert [event.end_s - event.begin_s for event in events if event.action == "start"] == [0.5]


def test_a_service_is_back_when_it_answers_not_when_its_agent_has_ended() -> None:
    before = ran(ip="n1", db="n1")
    takes = durations(
        {("", "reboot", "n1"): 2, ("ip", "start", "n2"): 0.25, ("db", "start", "n2"): 4, ("db", "serves", "n2"): 0.5}
    )
    events = course([FAILOVER], takes, LOST)
    found = interruption(("ip", "db"), PARTS, before, events, gone=ended(before, lost=["n1"]))
    assert found is not None
    assert found.back_s == 6.25
    assert found.path[-1].end_s == 6.25
    assert next(event.end_s for event in events if event.action == "monitor") > 9.75


def test_under_load_one_action_comes_after_the_other_in_the_order_of_the_graph() -> None:
    several = transition(
        fence(1, "n1"),
        op(2, "start", "fencer", "n3"),
        op(3, "monitor", "fencer", "n3", 2, interval_ms=60_000),
        op(4, "start", "db", "n2", 1),
    )
    seconds = {("", "reboot", "n1"): 2.0, ("fencer", "start", ""): 1.0, ("fencer", "monitor", ""): 3.0}
    takes = durations(seconds | {("db", "start", ""): 1.0})
    assert [line(event)[1:] for event in course([several], takes, AT_ONCE) if event.id > 0] == [
        ("n1", 0.0, 2.0),
        ("fencer", 0.0, 1.0),
        ("fencer", 1.0, 4.0),
        ("db", 2.0, 3.0),
    ]
    events = course([several], replace(takes, at_once=1), AT_ONCE)
    assert [line(event)[1:] for event in events if event.id > 0] == [
        ("n1", 0.0, 2.0),
        ("fencer", 2.0, 3.0),
        ("fencer", 3.0, 6.0),
        ("db", 6.0, 7.0),
    ]
    before = ran(db="n1")
    found = interruption(("db",), PARTS, before, events, gone=ended(before, lost=["n1"]))
    assert found is not None
    assert [one.end_s - one.begin_s for one in found.path] == [2.0, 1.0, 3.0, 1.0]


def test_actions_that_wait_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        course([transition(op(1, "start", "a", "n", 2), op(2, "start", "b", "n", 1))], TAKES, AT_ONCE)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Transition, ...]:
    """Transitions in each of which an action waits for some of those before it; the last one starts the service."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        actions = []
        for id_ in range(draw(st.integers(1, 7))):
            after = draw(st.sets(st.integers(0, id_ - 1), max_size=3)) if id_ else set()
            actions.append(op(id_, draw(st.sampled_from(["start", "stop", "monitor"])), f"r{id_ % 3}", "n2", *after))
        found.append(transition(*actions))
    everything = tuple(range(len(found[-1].actions)))
    last = op(len(everything), "start", "db", "n2", *everything)
    found[-1] = transition(*found[-1].actions, last)
    return tuple(found)


LENGTHS = st.fixed_dictionaries(
    {
        (resource, task, ""): st.floats(0, 100, allow_nan=False)
        for resource in ("r0", "r1", "r2", "db")
        for task in ("start", "stop", "probe")
    }
)
KEYS = [("r0", "start", ""), ("r1", "stop", ""), ("r2", "probe", ""), ("db", "start", "")]
BEFORE = ran(db="n1")
GONE = ended(BEFORE, lost=["n1"])


def taken(
    transitions: tuple[Transition, ...],
    lengths: dict[tuple[str, str, str], float],
    detect_s: float,
    at_once: int = 0,
) -> float:
    notice = Notice(detect=Figure(detect_s, "default"), pause="membership")
    events = course(transitions, replace(durations(lengths), at_once=at_once), notice)
    found = interruption(("db",), PARTS, BEFORE, events, gone=GONE)
    assert found is not None
    assert found.figure is not None
    assert found.path[0].begin_s == found.lost_s
    assert found.path[-1].end_s == found.back_s
    for one, other in zip(found.path, found.path[1:], strict=False):
        assert one.end_s == other.begin_s
    assert sum(one.end_s - one.begin_s for one in found.path) == pytest.approx(found.figure.seconds)
    return found.figure.seconds


@given(graphs(), LENGTHS, st.floats(0, 30), st.integers(0, 3))
def test_a_path_touches_and_adds_up(
    transitions: tuple[Transition, ...], lengths: dict[tuple[str, str, str], float], detect_s: float, at_once: int
) -> None:
    limited = taken(transitions, lengths, detect_s, at_once)
    assert limited >= taken(transitions, lengths, detect_s) - 1e-9
    if at_once == 1:
        every = sum(
            lengths[action.resource, action.task if action.task != "monitor" else "probe", ""]
            for one in transitions
            for action in one.actions
        )
        pauses = PAUSES["membership"] + PAUSES["transition"] * (len(transitions) - 1)
        assert limited == pytest.approx(detect_s + pauses + every)


@given(graphs(), LENGTHS, st.sampled_from(KEYS), st.floats(0, 50))
def test_what_takes_longer_never_makes_it_shorter(
    transitions: tuple[Transition, ...],
    lengths: dict[tuple[str, str, str], float],
    which: tuple[str, str, str],
    more_s: float,
) -> None:
    longer = lengths | {which: lengths[which] + more_s}
    assert taken(transitions, longer, 1.0) >= taken(transitions, lengths, 1.0) - 1e-9
