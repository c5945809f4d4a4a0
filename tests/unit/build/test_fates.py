"""From what Pacemaker does to what services meet: every fate, on a cluster of invented names."""

from dataclasses import replace

import pytest

from quorate.build.consequences import Fate
from quorate.build.fates import Occasion, acts, fates
from quorate.describe.cluster import Quorum
from quorate.explore.result import Event, Figure
from quorate.explore.scheduler.transition import Instance, Placement
from quorate.explore.subject import Part, Service, Subject, Wait

NODES = ("n1", "n2")
VOTES = Quorum(2, two_node=True, wait_for_all=True, last_man_standing=False, last_man_standing_window_ms=0,
               auto_tie_breaker=None, device=None)  # fmt: skip


def subject(**services: tuple[Part, ...]) -> Subject:
    return Subject(
        name="shop",
        cib="<cib/>",
        nodes=NODES,
        votes=dict.fromkeys(NODES, 1),
        quorum=VOTES,
        services=tuple(Service(name, tuple(part.id for part in parts)) for name, parts in services.items()),
        parts={part.id: part for parts in services.values() for part in parts},
        detection_s=1,
    )


def placed(**where: str) -> Placement:
    """What runs where: "address"="n1 n2"."""
    instances = {Instance(name, node, "Started") for name, nodes in where.items() for node in nodes.split()}
    return Placement(dict.fromkeys(NODES, "online"), frozenset(instances))


def event(begin_s: float, action: str, subject: str, node: str, after: int = -1) -> Event:
    """One second of an agent's work; its id is the second in which it begins."""
    return Event(begin_s, begin_s + 1, action, subject, node, 0, int(begin_s), (after,), "measured")


DECIDED = Event(0, 0, "decide", "", "", 0, -1, (), "measured")
ADDRESS, SERVER, COPY = Part("address", "a"), Part("server", "a"), Part("copy", "a", clone="copies")
SITE = subject(site=(ADDRESS, SERVER))
HERE = placed(address="n1", server="n1")


def one(old: Subject, new: Subject, before: Placement, after: Placement, *events: Event):
    (found,) = fates(old, new, [Occasion("writing", before, after, (DECIDED, *events))])
    return found


def test_untouched() -> None:
    found = one(SITE, SITE, HERE, HERE)
    assert (found.fate, found.interruption, found.before) == (Fate.UNAFFECTED, None, ("n1",))


def test_restarted_from_the_first_stop_to_the_last_start() -> None:
    steps = (event(0, "stop", "server", "n1"), event(1, "start", "server", "n1", 0))
    found = one(SITE, SITE, HERE, HERE, *steps)
    assert found.fate is Fate.RESTARTED
    assert found.interruption is not None
    assert found.interruption.seconds == 2


def test_moved() -> None:
    steps = (event(0, "stop", "server", "n1"), event(1, "start", "server", "n2", 0))
    there = placed(address="n2", server="n2")
    found = one(SITE, SITE, HERE, there, event(0, "stop", "address", "n1"), *steps, event(1, "start", "address", "n2"))
    assert (found.fate, found.before, found.after) == (Fate.MOVED, ("n1",), ("n2",))


@pytest.mark.parametrize("task", ["reload", "reload-agent"])
def test_reloaded(task: str) -> None:
    assert one(SITE, SITE, HERE, HERE, event(0, task, "server", "n1")).fate is Fate.RELOADED


def test_a_part_that_is_new_interrupts_nothing() -> None:
    new = subject(site=(ADDRESS, SERVER, Part("second-address", "a")))
    after = placed(**{"address": "n1", "server": "n1", "second-address": "n1"})
    assert one(SITE, new, HERE, after, event(0, "start", "second-address", "n1")).fate is Fate.UNAFFECTED


def test_started_and_stopped() -> None:
    assert one(subject(), SITE, placed(), HERE, event(0, "start", "server", "n1")).fate is Fate.STARTED
    gone = one(SITE, subject(), HERE, placed(), event(0, "stop", "server", "n1"))
    assert (gone.fate, gone.outage_s) == (Fate.STOPPED, float("inf"))
    assert one(SITE, SITE, HERE, placed(address="n1"), event(0, "stop", "server", "n1")).fate is Fate.STOPPED


def test_a_copy_that_restarts_while_the_other_serves() -> None:
    clone = subject(copies=(COPY,))
    both = placed(copy="n1 n2")
    found = one(clone, clone, both, both, event(0, "stop", "copy", "n1"), event(1, "start", "copy", "n1", 0))
    assert (found.fate, found.interruption) == (Fate.DEGRADED, None)


def test_of_several_interruptions_the_longest_is_told_with_its_reason() -> None:
    short = (event(0, "stop", "server", "n1"), event(1, "start", "server", "n1", 0))
    long = (event(0, "stop", "server", "n1"), event(1, "stop", "address", "n1", 0),
            event(2, "start", "address", "n2", 1), event(3, "start", "server", "n2", 2))  # fmt: skip
    there = placed(address="n2", server="n2")
    occasions = [Occasion("", HERE, HERE, (DECIDED, *short)), Occasion("emptying n1", HERE, there, (DECIDED, *long))]
    (found,) = fates(SITE, SITE, occasions)
    assert found.interruption is not None
    assert (found.fate, found.interruption.seconds, found.why) == (Fate.MOVED, 4, "emptying n1")


def test_what_only_a_later_moment_brings_back_is_down_until_then() -> None:
    stop = (DECIDED, event(0, "stop", "server", "n1"))
    start = (DECIDED, event(0, "start", "server", "n1"))
    address = placed(address="n1")
    occasions = [Occasion("emptying n1", HERE, address, stop), Occasion("taking n1 back", address, HERE, start)]
    (found,) = fates(SITE, SITE, occasions)
    assert (found.fate, found.interruption, found.why) == (Fate.RESTARTED, None, "emptying n1")
    assert (found.until, found.outage_s) == ("taking n1 back", float("inf"))


def test_acts_are_what_agents_do() -> None:
    cancel, stop = event(0, "cancel", "server", "n1"), event(0, "stop", "server", "n1")
    found = list(acts([Occasion("", HERE, HERE, (DECIDED, cancel, stop))]))
    assert [(act.task, act.resource, act.node, act.seconds) for act in found] == [("stop", "server", "n1", 1)]


API = Part("api", "a", clone="apis")


def leaning(*, uses: bool = True) -> Subject:
    """`shop`, a clone behind a proxy, which uses `site` where it does."""
    both = subject(site=(ADDRESS, SERVER), shop=(API,))
    site = both.service("site")
    shop = replace(both.service("shop"), nodes=NODES, waits=(Wait(1.0, 3.0, 1.0),), uses=(site,) if uses else ())
    return replace(both, services=(site, shop))


ALL = placed(address="n1", server="n1", api="n1 n2")


def both(old: Subject, new: Subject, before: Placement, after: Placement, *events: Event):
    return fates(old, new, [Occasion("", before, after, (DECIDED, *events))])


def test_one_of_several_servers_is_restarted_and_its_clients_go_on_to_another() -> None:
    steps = (event(0, "stop", "api", "n1"), event(5, "start", "api", "n1", 0))
    _, shop = both(leaning(), leaning(), ALL, ALL, *steps)
    assert (shop.fate, shop.through) == (Fate.DEGRADED, "")
    assert shop.interruption == Figure(1.0, "bound")


def test_nodes_that_are_emptied_one_after_the_other_cost_a_check_each_time() -> None:
    steps = (event(0, "stop", "api", "n1"), event(5, "start", "api", "n1", 0))
    emptied = placed(address="n1", server="n1", api="n2")
    occasions = [
        Occasion("emptying n1", ALL, emptied, (DECIDED, steps[0])),
        Occasion("taking n1 back", emptied, ALL, (DECIDED, steps[1])),
    ]
    _, shop = fates(leaning(), leaning(), occasions)
    assert (shop.fate, shop.why, shop.interruption) == (Fate.DEGRADED, "emptying n1", Figure(1.0, "bound"))


def test_a_node_without_power_keeps_clients_waiting_for_longer() -> None:
    gone = frozenset({("api", "n2")})
    after = placed(address="n1", server="n1", api="n1")
    _, shop = fates(leaning(), leaning(), [Occasion("cutting n2", ALL, after, (DECIDED,), gone)])
    assert shop.interruption == Figure(3.0, "bound")


def test_who_uses_what_is_restarted_waits_for_it() -> None:
    steps = (event(0, "stop", "server", "n1"), event(1, "start", "server", "n1", 0))
    site, shop = both(leaning(), leaning(), ALL, ALL, *steps)
    assert site.fate is Fate.RESTARTED
    assert (shop.fate, shop.through, shop.interruption) == (Fate.WAITING, "site", site.interruption)
    _, apart = both(leaning(uses=False), leaning(uses=False), ALL, ALL, *steps)
    assert apart.fate is Fate.UNAFFECTED


def test_who_uses_what_is_stopped_is_not_served_either() -> None:
    after = placed(api="n1 n2")
    stops = (event(0, "stop", "server", "n1"), event(1, "stop", "address", "n1", 0))
    site, shop = both(leaning(), leaning(), ALL, after, *stops)
    assert (site.fate, shop.fate, shop.through) == (Fate.STOPPED, Fate.STOPPED, "site")
    assert shop.outage_s == float("inf")


def test_to_use_one_that_is_new_interrupts_nobody() -> None:
    before = placed(api="n1 n2")
    old = replace(leaning(uses=False), services=leaning(uses=False).services[1:])
    starts = (event(0, "start", "address", "n1"), event(1, "start", "server", "n1", 0))
    site, shop = both(old, leaning(), before, ALL, *starts)
    assert (site.fate, shop.fate) == (Fate.STARTED, Fate.UNAFFECTED)
