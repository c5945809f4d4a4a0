"""What a failure means for a service: a case for each state, and for each way to be down."""

from dataclasses import replace

import pytest

from quorate.explore.result import State
from quorate.explore.scheduler.step import Result
from quorate.explore.scheduler.transition import Action, Settled, Transition
from quorate.explore.subject import Service
from quorate.explore.verdict import judge

from .small import case, event, placed, side, start, subject

TWO, THREE = subject("n1", "n2"), subject("n1", "n2", "n3")
BEFORE = placed(n1="ip web", n2="", n3="")
LOST = {"id": "node-lost:n1", "lost": frozenset({"n1"})}


LOST_PARTS = frozenset({("ip", "n1"), ("web", "n1")})


def site(told):
    return judge(told)[0]


def moved(to, away):
    """`away` is fenced, then both primitives start on `to`."""
    fence = event("fence", away, away, 3, 5, 9)
    return (fence, *start("ip", to, 5, 6), event("start", "web", to, 6, 8, 2, 1))


def test_a_failure_elsewhere_changes_nothing():
    found = site(case(THREE, BEFORE, side("n1 n2 n3", BEFORE)))
    assert (found.state, found.interruption, found.why) == (State.UNAFFECTED, None, "")
    assert (found.before, found.after) == (("n1",), ("n1",))


def test_a_fenced_node_interrupts_what_it_ran_until_that_runs_elsewhere():
    after = placed(n1="x", n2="ip web", n3="")
    events = (*start("ip", "n2", 5, 6), event("start", "web", "n2", 6, 8, 2, 1))
    found = site(case(THREE, BEFORE, side("n2 n3", after, *events, fences="n1"), failure=LOST, gone=LOST_PARTS))
    assert (found.state, found.after) == (State.INTERRUPTED, ("n2",))
    assert (found.interruption.seconds, found.interruption.basis) == (8, "default")
    assert [stretch.action for stretch in found.path] == ["detect", "start", "start"]
    assert found.why == "n1 is fenced, then site starts on n2"
    assert found.until == ""


def test_a_primitive_that_fails_is_started_again_where_it_was():
    failed = Result("web", "monitor", 10_000, "n1", 7)
    events = (*start("web", "n1", 5, 6),)
    one = side("n1 n2 n3", BEFORE, *events, results=(failed,))
    found = site(case(THREE, BEFORE, one, gone=frozenset({("web", "n1")})))
    assert (found.state, found.interruption.seconds) == (State.INTERRUPTED, 6)
    assert found.why == "web fails on n1, then site is started there again"


def test_who_has_no_other_node_to_go_to_is_degraded():
    before, after = placed(n1="ip web", n2=""), placed(n1="ip web", n2="x")
    found = site(case(TWO, before, side("n1", after)))
    assert (found.state, found.redundancy_gone) == (State.DEGRADED, True)
    assert found.why == "no other node could take it over from n1 now"


def test_who_could_be_taken_over_by_nobody_for_want_of_fencing_is_degraded():
    one = side("n1 n2 n3", BEFORE)
    found = site(case(THREE, BEFORE, one, hindrance_after=lambda node: f"{node} could not be fenced"))
    assert found.state is State.DEGRADED
    assert found.why == "nobody could take it over from n1 now: n1 could not be fenced"


def test_what_had_no_redundancy_before_loses_none():
    before = placed(n1="ip web", n2="x")
    found = site(case(TWO, before, side("n1", before)))
    assert (found.state, found.redundancy_gone) == (State.UNAFFECTED, False)


def test_a_clone_is_up_while_one_instance_serves():
    before, after = placed(n1="proxy", n2="proxy"), placed(n1="x", n2="proxy")
    gone = frozenset({("proxy", "n1")})
    found = judge(case(TWO, before, side("n2", after, fences="n1"), failure=LOST, gone=gone))[1]
    assert (found.state, found.interruption) == (State.DEGRADED, None)
    assert found.why == "the copy of proxy on n1 is gone; no other node could take it over from n2 now"


def test_a_promotable_clone_serves_where_it_is_promoted():
    before, after = placed(n1="store+ server", n2="store-"), placed(n1="x", n2="store- ")
    down = judge(case(TWO, before, side("n2", after, fences="n1"), failure=LOST))[2]
    assert (down.state, down.before, down.after) == (State.DOWN, ("n1",), ())


def test_without_quorum_it_is_down_until_enough_nodes_return():
    after = placed(n1="", n2="?", n3="?")
    found = site(case(THREE, BEFORE, side("n1", after, quorate=False)))
    assert (found.state, found.cause) == (State.DOWN, "no-quorum")
    assert (found.why, found.until) == ("n1 has no quorum", "quorum: one of n2, n3 returns")


def test_with_five_nodes_two_may_have_to_return():
    five = subject("n1", "n2", "n3", "n4", "n5")
    after = placed(n1="", n2="?", n3="?", n4="?", n5="?")
    found = site(case(five, placed(n1="ip web"), side("n1", after, quorate=False)))
    assert found.until == "quorum: 2 of n2, n3, n4, n5 return"


def test_what_ran_on_a_node_that_cannot_be_fenced_is_down_until_somebody_confirms():
    after = placed(n1="?ip web", n2="", n3="")
    found = site(case(THREE, BEFORE, side("n2 n3", after, fences="n1", unfenceable="n1"), failure=LOST))
    assert (found.state, found.cause, found.after) == (State.DOWN, "not-fenced", ())
    assert found.why == "n1 cannot be fenced, and nobody takes over what it may still run"
    assert found.until == "somebody confirms that n1 is off (stonith_admin --confirm NODE)"


def test_what_failed_and_is_left_alone_is_down_until_it_is_cleaned_up():
    after = placed(n1="ip web!", n2="", n3="")
    found = site(case(THREE, BEFORE, side("n1 n2 n3", after)))
    assert (found.state, found.cause) == (State.DOWN, "blocked")
    assert found.until == "the resource is cleaned up (crm resource cleanup web)"


def test_what_fails_everywhere_is_down_until_it_is_cleaned_up():
    failing = tuple(Result("web", "start", 0, node, 1) for node in ("n1", "n2", "n3"))
    found = site(case(THREE, BEFORE, side("n1 n2 n3", placed(n1="ip", n2="", n3="")), situation={"failing": failing}))
    assert (found.state, found.cause) == (State.DOWN, "failing")
    assert found.why == "web fails on n1, n2 and n3, and no other node can run it"
    assert found.until == "the resource is cleaned up (crm resource cleanup web)"


def test_what_has_no_node_left_is_down_until_one_returns():
    found = site(case(TWO, placed(n1="ip web", n2="x"), side("n2", placed(n1="x", n2="x"), fences="n1"), failure=LOST))
    assert (found.state, found.cause) == (State.DOWN, "no-node")
    assert found.until == "one of n1, n2 is switched on"


def test_when_nobody_is_left_everything_is_down():
    found = site(case(TWO, BEFORE, survivor=None))
    assert (found.state, found.cause, found.until) == (State.DOWN, "all-lost", "one of n1, n2 is switched on")


def test_what_was_down_before_and_stays_so_says_so():
    nothing = placed(n1="", n2="x")
    found = site(case(TWO, nothing, side("n1", nothing, quorate=False)))
    assert (found.state, found.before) == (State.DOWN, ())
    assert found.why == "it was down before; n1 has no quorum"


def test_what_comes_back_is_not_interrupted():
    found = site(case(TWO, placed(n1="", n2="x"), side("n1 n2", placed(n1="ip web", n2=""))))
    assert (found.state, found.interruption, found.before) == (State.UNAFFECTED, None, ())
    assert found.why == "site is up again, on n1"


def test_two_sides_that_live_and_both_run_it_are_two_copies():
    one = side("n1", placed(n1="ip web", n2="x"))
    other = side("n2", placed(n1="x", n2="ip web"))
    found = site(case(subject("n1", "n2", fencing=False, policy="ignore"), BEFORE, one, other, survivor=None))
    assert (found.state, found.cause) == (State.TWO_COPIES, "two-sides")
    assert found.why == "n1 and n2 do not hear each other, may each run ip, and nobody is fenced, for fencing is off"


def test_who_stops_it_unseen_by_who_starts_it_may_be_late():
    one = side("n2 n3", placed(n1="x", n2="ip web", n3=""))
    other = side("n1", placed(n1="", n2="x", n3="x"), quorate=False)
    found = site(case(subject("n1", "n2", "n3", fencing=False), BEFORE, one, other))
    assert found.state is State.TWO_COPIES


def test_two_sides_with_a_clone_each_are_no_two_copies():
    one, other = side("n1", placed(n1="proxy", n2="x")), side("n2", placed(n1="x", n2="proxy"))
    found = judge(case(TWO, placed(n1="proxy", n2="proxy"), one, other, survivor=None))[1]
    assert found.state is State.DEGRADED


def test_a_silent_node_that_nobody_fenced_may_run_it_too():
    after = placed(n1="x", n2="ip web")
    hung = {"id": "node-hung:n1", "lost": frozenset({"n1"})}
    quiet = frozenset({"n1"})
    found = site(case(subject("n1", "n2", fencing=False), BEFORE, side("n2", after), failure=hung, silent=quiet))
    assert (found.state, found.cause) == (State.TWO_COPIES, "not-fenced")
    assert found.why == "n2 starts ip while n1 may still run it: nobody fences it, for fencing is off"
    fenced = site(case(TWO, BEFORE, side("n2", after, fences="n1"), failure=hung, silent=quiet, gone=LOST_PARTS))
    assert fenced.state is State.INTERRUPTED


def test_a_side_that_is_fenced_runs_nothing():
    one = side("n2 n3", placed(n1="x", n2="ip web", n3=""), *moved("n2", "n1"), fences="n1")
    other = side("n1", placed(n1="ip web", n2="?", n3="?"), quorate=False)
    found = site(case(THREE, BEFORE, one, other))
    assert (found.state, found.after) == (State.INTERRUPTED, ("n2",))


@pytest.mark.parametrize("race", [False, True])
def test_a_race_is_judged_by_its_worse_end(race):
    one = side("n1", placed(n1="ip web", n2="x"), fences="n2")
    other = side("n2", placed(n1="x", n2="ip web"), *moved("n2", "n1"), fences="n1")
    found = site(case(TWO, BEFORE, one, other, race=race))
    assert found.state is (State.INTERRUPTED if race else State.DEGRADED)


def test_what_never_comes_to_rest_is_down_and_says_what_repeats():
    stop = Action(1, "rsc_op", "stop", "web", "n1")
    told = Settled((Transition((stop,), frozenset({1})),), BEFORE, "a", quiet=False, cycle=("a",))
    one = side("n1 n2 n3", BEFORE)
    found = judge(case(THREE, BEFORE, type(one)(one.side, told)))
    assert (found[0].state, found[0].cause) == (State.DOWN, "restless")
    assert found[0].why == "Pacemaker never comes to rest: it acts on web again and again"


def test_what_ends_and_is_never_asked_stays_down():
    gone = frozenset({("web", "n1")})
    found = site(case(THREE, BEFORE, side("n1 n2 n3", BEFORE), gone=gone, unnoticed=True))
    assert (found.state, found.after) == (State.DOWN, ())
    assert found.why == "web has ended, and no monitor asks it"


SHARED = subject("n1", "n2", "n3", shared=True)
BOTH = placed(n1="book till", n2="book till", n3="book till")


def shop(told):
    return judge(told)[-1]


def test_who_uses_what_is_down_is_down_with_it_and_says_through_whom():
    after = placed(n1="till", n2="till", n3="till")
    failing = tuple(Result("book", "start", 0, node, 1) for node in ("n1", "n2", "n3"))
    found = shop(case(SHARED, BOTH, side("n1 n2 n3", after), situation={"failing": failing}))
    assert (found.state, found.cause, found.through) == (State.DOWN, "failing", "ledger")
    assert found.why == "ledger, which it uses, is down: book fails on n1, n2 and n3, and no other node can run it"
    assert found.until == "the resource is cleaned up (crm resource cleanup book)"
    assert (found.before, found.after, found.redundancy_gone) == (("n1", "n2", "n3"), (), True)


def test_too_few_that_run_serve_nobody():
    after = placed(n1="till", n2="till", n3="book till")
    told = case(SHARED, BOTH, side("n1 n2 n3", after))
    ledger, found = judge(told)[-2:]
    assert (ledger.state, ledger.cause, ledger.after) == (State.DOWN, "too-few", ())
    assert ledger.why == "book is left on n3 alone, and serves nobody without most of its servers"
    assert ledger.until == "2 of them run: one of n1, n2 is back"
    assert (found.state, found.cause, found.through) == (State.DOWN, "too-few", "ledger")


def test_what_was_down_through_another_before_says_so_once():
    nothing = placed(n1="till", n2="till", n3="till")
    found = shop(case(SHARED, nothing, side("n1 n2 n3", nothing)))
    assert (found.state, found.before) == (State.DOWN, ())
    assert found.why == "it was down before; ledger, which it uses, is down: Pacemaker finds no node for it"


def test_what_nobody_could_spare_any_more_is_missing_to_those_who_use_it():
    after = placed(n1="book till", n2="book till", n3="till")
    ledger, found = judge(case(SHARED, BOTH, side("n1 n2 n3", after)))[-2:]
    assert (ledger.state, found.state, found.redundancy_gone) == (State.DEGRADED, State.DEGRADED, True)
    assert found.why == "ledger, which it uses: without n1 too few of its servers would be left"


def test_clients_of_a_server_that_dies_go_on_to_another():
    found = shop(case(SHARED, BOTH, side("n1 n2 n3", BOTH), gone=frozenset({("till", "n1")})))
    assert (found.state, found.interruption.seconds, found.interruption.basis) == (State.INTERRUPTED, 1, "bound")
    assert found.why == "the server of shop on n1 is gone, and its clients go on to another"
    assert found.through == ""


def test_a_node_on_another_side_is_silent_to_those_that_go_on():
    after = placed(n1="?book till", n2="book till", n3="book till")
    found = shop(case(SHARED, BOTH, side("n2 n3", after, fences="n1")))
    assert (found.state, found.interruption.seconds) == (State.INTERRUPTED, 3)


def test_an_interruption_of_what_it_uses_is_its_own():
    gone = frozenset({("book", node) for node in ("n1", "n2", "n3")})
    events = (*start("book", "n1", 5, 6), event("start", "book", "n2", 5, 7, 2))
    ledger, found = judge(case(SHARED, BOTH, side("n1 n2 n3", BOTH, *events), gone=gone))[-2:]
    assert (ledger.interruption.seconds, found.interruption.seconds) == (7, 7), "back with the second of three"
    assert (found.through, found.path) == ("ledger", ledger.path)
    assert found.why.startswith("ledger, which it uses: ledger is ")


def test_what_it_uses_may_be_down_though_pacemaker_believes_that_it_runs():
    gone = frozenset({("book", node) for node in ("n1", "n2", "n3")})
    ledger, found = judge(case(SHARED, BOTH, side("n1 n2 n3", BOTH), gone=gone, unnoticed=True))[-2:]
    assert (ledger.state, found.state, found.through) == (State.DOWN, State.DOWN, "ledger")
    assert found.why == "ledger, which it uses, is down: book has ended, and no monitor asks it"


def test_two_copies_of_what_it_uses_are_not_two_of_its_own():
    either = Service("either", ("till",), nodes=("n1", "n2", "n3"), uses=(SHARED.service("site"),))
    whole = replace(SHARED, services=(SHARED.service("site"), either))
    before = placed(n1="ip web till", n2="till", n3="till")
    sides = (side("n1", placed(n1="ip web till")), side("n2 n3", placed(n2="ip web till", n3="till")))
    site_, found = judge(case(whole, before, *sides))
    assert site_.state is State.TWO_COPIES
    assert found.state is not State.TWO_COPIES


@pytest.mark.parametrize(("remembers", "basis"), [((), "default"), (("site",), "bound")])
def test_what_the_loss_of_who_is_remembered_costs_is_a_bound(remembers, basis):
    either = Service("either", ("till",), nodes=("n1", "n2", "n3"), uses=(SHARED.service("site"),), remembers=remembers)
    whole = replace(SHARED, services=(SHARED.service("site"), either))
    before = placed(n1="ip web till", n2="till", n3="till")
    failed = Result("web", "monitor", 10_000, "n1", 7)
    one = side("n1 n2 n3", before, *start("web", "n1", 5, 6), results=(failed,))
    site_, found = judge(case(whole, before, one, gone=frozenset({("web", "n1")})))
    assert (site_.interruption.seconds, site_.interruption.basis) == (6, "default")
    assert (found.interruption.seconds, found.interruption.basis) == (6, basis)


HEARD = replace(SHARED, services=tuple(replace(one, links=(0,)) for one in SHARED.services))
N1_CUT = {"links": frozenset({("n1", 0)})}


def test_who_runs_where_its_link_is_cut_serves_nobody_and_says_so():
    cut = case(HEARD, BEFORE, side("n1 n2 n3", BEFORE), situation=N1_CUT)
    found = site(cut)
    assert (found.state, found.cause, found.after) == (State.DOWN, "unheard", ())
    assert found.why == ("link 0 of n1 is cut, the only way to web there; Pacemaker does not see that, and lets it run")
    assert found.until == "link 0 of n1 works again"
    other = {"links": frozenset({("n1", 1)})}
    assert site(case(HEARD, BEFORE, side("n1 n2 n3", BEFORE), situation=other)).state is State.UNAFFECTED


def test_a_server_whose_link_is_cut_is_silent_and_no_longer_counts():
    ledger, shop_ = judge(case(HEARD, BOTH, side("n1 n2 n3", BOTH), situation=N1_CUT))[-2:]
    assert (ledger.state, ledger.after, ledger.redundancy_gone) == (State.DEGRADED, ("n2", "n3"), True)
    assert (shop_.state, shop_.interruption.seconds) == (State.INTERRUPTED, 3)
    everywhere = {"links": frozenset({("n1", 0), ("n2", 0), ("n3", 0)})}
    ledger = judge(case(HEARD, BOTH, side("n1 n2 n3", BOTH), situation=everywhere))[-2]
    assert (ledger.state, ledger.cause) == (State.DOWN, "unheard")
    assert ledger.until == "link 0 of n1, n2 and n3 works again"


def test_a_server_whose_link_was_cut_before_is_not_lost_again():
    told = case(HEARD, BOTH, side("n1 n2 n3", BOTH), situation=N1_CUT, earlier=N1_CUT)
    assert shop(told).state is State.UNAFFECTED
    killed = case(
        HEARD, BOTH, side("n1 n2 n3", BOTH), situation=N1_CUT, earlier=N1_CUT, gone=frozenset({("till", "n2")})
    )
    assert shop(killed).interruption.seconds == 1


def test_a_start_where_the_link_is_cut_brings_nothing_back():
    gone = frozenset(("till", node) for node in ("n1", "n2", "n3"))
    events = (*start("till", "n1", 5, 6), event("start", "till", "n2", 5, 8, 2))
    told = case(HEARD, BOTH, side("n1 n2 n3", BOTH, *events), situation=N1_CUT, earlier=N1_CUT, gone=gone)
    assert shop(told).interruption.seconds == 8
