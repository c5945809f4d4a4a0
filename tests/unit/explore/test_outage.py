"""For how long clients are without a service: of one address, of several servers behind a proxy, of what others use."""

from dataclasses import replace

import pytest

from quorate.explore.outage import SWITCH, Happening, Interruption, interruption, lapses, together
from quorate.explore.result import Event, Stretch
from quorate.explore.subject import Part, Service, Wait

from .small import event, placed, start

NODES = ("n1", "n2", "n3")
PARTS = {
    part.id: part
    for part in (
        Part("vip", "ocf:heartbeat:IPaddr2"),
        Part("proxy", "systemd:haproxy", clone="proxies"),
        Part("api", "systemd:keystone", clone="apis"),
        Part("db", "systemd:mariadb", clone="dbs"),
        Part("galera", "ocf:heartbeat:galera", clone="galeras", promotable=True, promoted_max=3),
        Part("lone", "ocf:heartbeat:apache"),
        Part("vote", "systemd:garb", clone="votes"),
    )
}
PROXY = Service("proxy", ("proxy", "vip"), nodes=NODES, tied=(("vip", "proxy"),))
CHECKED = Wait(1.0, 3.0, 1.0)
API = Service("api", ("api",), nodes=NODES, waits=(CHECKED,))
DATABASE = Service("db", ("db",), nodes=NODES, waits=(replace(CHECKED, order=NODES),), enough="most of the rest")
VOTERS = (("vote", "n4"), ("vote", "n5"))
WHOLE = replace(API, uses=(PROXY, DATABASE))
ALL = placed(n1="vip proxy api db", n2="proxy api db", n3="proxy api db")


def dies(*parts: str, on: str = "n1", silent: bool = False, events: tuple[Event, ...] = (), before=ALL) -> Happening:
    gone = frozenset((part, on) for part in parts)
    return Happening(before=before, events=events, gone=gone, silent=gone if silent else frozenset())


def times(found: Interruption | None) -> tuple[float, float | None] | None:
    return found and (found.lost_s, found.back_s)


def lost(node: str, *events: Event) -> Happening:
    """A host falls silent with all that it ran."""
    there = {one.resource for one in ALL.instances if one.node == node}
    return dies(*there, on=node, silent=True, events=events)


def test_one_of_several_servers_dies_and_its_clients_go_on_to_another_for_at_most_what_the_check_takes():
    found = interruption(API, PARTS, dies("api"))
    assert times(found) == (0, 1)
    assert found.path == (Stretch(0, 1, SWITCH, "api", "n1", "bound"),)
    assert found.figure.basis == "bound"


def test_a_host_that_is_silent_keeps_them_waiting_for_longer_than_one_that_refuses():
    assert times(interruption(API, PARTS, dies("api", silent=True))) == (0, 3)


def test_a_server_that_hangs_on_a_host_that_answers_takes_connections_until_two_checks_had_no_answer():
    hung = replace(dies("api", silent=True), hung=frozenset({("api", "n1")}))
    checked = replace(API, waits=(replace(CHECKED, hung_s=23.0),))
    assert times(interruption(checked, PARTS, hung)) == (0, 23)


def test_without_a_proxy_the_others_serve_and_nobody_waits():
    assert interruption(replace(API, waits=()), PARTS, dies("api", silent=True)) is None


def test_where_all_are_at_the_first_server_the_loss_of_another_interrupts_nobody():
    assert times(interruption(DATABASE, PARTS, dies("db"))) == (0, 1)
    assert interruption(DATABASE, PARTS, dies("db", on="n2")) is None
    without_first = placed(n1="vip proxy api", n2="proxy api db", n3="proxy api db")
    assert times(interruption(DATABASE, PARTS, dies("db", on="n2", before=without_first))) == (0, None)  # 1 of 2
    three = replace(DATABASE, enough="one")
    assert times(interruption(three, PARTS, dies("db", on="n2", before=without_first))) == (0, 1)


def test_a_stop_that_is_planned_costs_what_such_a_one_does_from_its_begin():
    stop = event("stop", "api", "n2", 4, 6)
    assert times(interruption(API, PARTS, Happening(before=ALL, events=[stop]))) == (4, 5)
    leaves = replace(API, waits=(replace(CHECKED, stopped_s=0.5),))
    assert times(interruption(leaves, PARTS, Happening(before=ALL, events=[stop]))) == (4, 4.5)
    none = replace(API, waits=(replace(CHECKED, stopped_s=0),))
    assert interruption(none, PARTS, Happening(before=ALL, events=[stop])) is None


def test_stops_one_after_the_other_count_as_the_longest_not_as_their_sum():
    again = event("start", "api", "n1", 5, 6, 2)
    stops = [event("stop", "api", "n1", 4, 5, 1), again, event("stop", "api", "n2", 9, 9)]
    assert times(interruption(API, PARTS, Happening(before=ALL, events=stops))) == (4, 5)


def test_the_last_server_gone_it_is_away_until_one_is_back():
    last = placed(n1="api", n2="", n3="")
    events = start("api", "n1", 2, 7)
    assert times(interruption(API, PARTS, dies("api", before=last, events=events))) == (0, 7)
    assert times(interruption(API, PARTS, dies("api", before=last))) == (0, None)


def test_an_address_without_its_proxy_serves_nobody():
    moved = (event("stop", "vip", "n1", 1, 2, 1), event("start", "vip", "n2", 2, 3, 2, 1))
    found = interruption(PROXY, PARTS, dies("proxy", events=(*start("x", "n1", 1, 1)[:2], *moved)))
    assert times(found) == (0, 3)
    assert interruption(PROXY, PARTS, dies("proxy", on="n2")) is None


def test_a_service_is_away_while_what_it_uses_is():
    moved = start("vip", "n2", 4, 5)
    assert times(interruption(WHOLE, PARTS, lost("n1", *moved))) == (0, 5)
    assert times(interruption(WHOLE, PARTS, lost("n2"))) == (0, 3)
    assert times(interruption(WHOLE, PARTS, dies("db", on="n2"))) is None
    assert times(interruption(WHOLE, PARTS, dies("db", on="n1"))) == (0, 1)


def test_who_did_not_run_before_or_uses_what_did_not_is_not_interrupted():
    nothing = placed(n1="vip proxy api", n2="", n3="")
    assert interruption(WHOLE, PARTS, dies("api", before=nothing)) is None
    assert lapses(DATABASE, PARTS, dies("api", before=nothing)) is None


@pytest.mark.parametrize("part", ["db", "galera"])
@pytest.mark.parametrize(
    ("enough", "arbitrators", "away"),
    [("one", (), False), ("most", (), True), ("most of the rest", (), True), ("most of the rest", VOTERS, False)],
)
def test_most_of_the_servers_dead_the_last_serves_nobody(part, enough, arbitrators, away):
    service = Service("db", (part,), nodes=NODES, enough=enough, arbitrators=arbitrators)
    before = placed(**dict.fromkeys(NODES, f"{part}+"), n4="vote", n5="vote")
    gone = frozenset({(part, "n1"), (part, "n2")})
    found = interruption(service, PARTS, Happening(before=before, events=[], gone=gone))
    assert (found is not None) is away


def test_all_wait_until_a_dead_arbitrator_is_expelled_and_its_vote_is_missed_then():
    ledger = replace(DATABASE, nodes=("n1", "n2"), waits=(Wait(2.0, 2.0, 0.0),), arbitrators=(("vote", "n4"),))
    whole = placed(n1="db", n2="db", n4="vote")
    assert times(interruption(ledger, PARTS, dies("vote", on="n4", before=whole))) == (0, 2)
    leaves = Happening(before=whole, events=[event("stop", "vote", "n4", 1, 2)])
    assert interruption(ledger, PARTS, leaves) is None
    assert times(interruption(ledger, PARTS, dies("db", on="n1", before=whole))) == (0, 2)
    without = placed(n1="db", n2="db", n4="")
    assert times(interruption(ledger, PARTS, dies("db", on="n1", before=without))) == (0, None)
    stopped = Happening(before=whole, events=[event("stop", "vote", "n4", 1, 2), event("stop", "db", "n1", 3, 4, 2)])
    assert interruption(ledger, PARTS, stopped) is None
    dead = frozenset({("vote", "n4"), ("db", "n1")})
    assert times(interruption(ledger, PARTS, Happening(before=whole, events=[], gone=dead))) == (0, None)


@pytest.mark.parametrize(("enough", "away"), [("most", True), ("most of the rest", False)])
def test_servers_that_were_stopped_in_order_may_not_count_any_more(enough, away):
    service = Service("db", ("db",), nodes=NODES, enough=enough)
    stops = [event("stop", "db", "n1", 1, 2, 1), event("stop", "db", "n2", 3, 4, 2)]
    assert (interruption(service, PARTS, Happening(before=ALL, events=stops)) is not None) is away
    back = [*start("db", "n3", 6, 7), *stops]
    died_then = Happening(before=ALL, events=back, gone=frozenset({("db", "n3")}))
    assert interruption(service, PARTS, died_then) is not None


def test_servers_apart_are_silent_though_they_run():
    apart = Happening(before=ALL, events=[], silent=frozenset({("api", "n1"), ("vip", "n1")}))
    assert times(interruption(API, PARTS, apart)) == (0, 3)
    alone = placed(n1="api", n2="", n3="")
    assert times(interruption(API, PARTS, replace(apart, before=alone))) == (0, None)


def piece(begin_s: float, end_s: float) -> Interruption:
    return Interruption(begin_s, end_s, (Stretch(begin_s, end_s, "start", f"at {begin_s:g}", "n1", "default"),))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], None),
        ([piece(0, 3)], (0, 3)),
        ([piece(4, 5), piece(0, 3)], (0, 3)),
        ([piece(0, 1), piece(4, 9)], (4, 9)),
        ([piece(0, 3), piece(2, 5), piece(5, 6)], (0, 6)),
        ([piece(0, 9), piece(2, 5)], (0, 9)),
        ([piece(0, 9), Interruption(3, None)], (3, None)),
    ],
)
def test_lapses_that_touch_are_one_and_the_longest_counts(pieces, expected):
    found = together(pieces)
    assert times(found) == expected
    if found and found.back_s is not None:
        assert found.path[0].begin_s == found.lost_s
        assert found.path[-1].end_s == found.back_s
        assert all(one.end_s == other.begin_s for one, other in zip(found.path, found.path[1:], strict=False))


def test_who_keeps_the_answers_of_what_it_uses_is_away_for_at_most_as_long_as_that():
    before = placed(n1="lone db")
    shop = Service("shop", ("lone",), uses=(Service("db", ("db",)),), remembers=("db",))
    again = start("db", "n1", 1, 9)
    found = interruption(shop, PARTS, dies("db", before=before, events=again))
    assert (times(found), found.figure.basis) == ((0, 9), "bound")
    sure = interruption(shop.uses[0], PARTS, dies("db", before=before, events=again))
    assert (times(sure), sure.path) == (times(found), found.path)
    assert sure.figure.basis != "bound"
    both = (*again, event("start", "lone", "n1", 1, 9))
    assert interruption(shop, PARTS, dies("db", "lone", before=before, events=both)).figure == sure.figure
