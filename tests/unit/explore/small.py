"""Small clusters as values: three lines where the scheduler would give three thousand."""

from collections.abc import Mapping

from quorate.describe.cluster import Quorum
from quorate.explore.case import Case, Ended
from quorate.explore.failure import Failure
from quorate.explore.result import Event
from quorate.explore.running import Running, Sides
from quorate.explore.scheduler.step import Step
from quorate.explore.scheduler.transition import Instance, Placement, Settled
from quorate.explore.situation import Blow, Side, Situation
from quorate.explore.subject import Part, Service, Subject, Wait

ROLES = {"+": "Promoted", "-": "Unpromoted", "!": "Started"}


def subject(*nodes: str, fencing: bool = True, policy: str = "stop", shared: bool = False) -> Subject:
    """`site` needs `ip`, then `web`; `proxy` is a clone; `db` needs `store`, which is promoted on one node.

    shared: besides, `ledger` is a clone of which most have to run, and `shop` is one that uses it.
    """
    parts = (
        Part("ip", "ocf:heartbeat:IPaddr2", monitor_s=10, service="site"),
        Part("web", "ocf:heartbeat:apache", monitor_s=10, service="site"),
        Part("proxy", "systemd:haproxy", monitor_s=10, clone="proxies", service="proxy"),
        Part("store", "ocf:linbit:drbd", monitor_s=10, clone="stores", promotable=True, service="db"),
        Part("server", "ocf:heartbeat:mysql", monitor_s=10, service="db"),
        Part("book", "systemd:mariadb", monitor_s=10, clone="books", service="ledger"),
        Part("till", "systemd:apache2", monitor_s=10, clone="tills", service="shop"),
    )
    ledger = Service("ledger", ("book",), nodes=nodes, enough="most")
    shop = Service("shop", ("till",), nodes=nodes, uses=(ledger,), waits=(Wait(1.0, 3.0, 1.0),))
    votes = dict.fromkeys(nodes, 1)
    return Subject(
        name="small",
        cib="<cib/>",
        nodes=nodes,
        votes=votes,
        ids={name: number for number, name in enumerate(nodes, 1)},
        quorum=Quorum(len(nodes), len(nodes) == 2, False, False, 10_000, None, None),
        services=(
            Service("site", ("ip", "web"), nodes=nodes),
            Service("proxy", ("proxy",), nodes=nodes),
            Service("db", ("store", "server"), nodes=nodes),
            *((ledger, shop) if shared else ()),
        ),
        parts={part.id: part for part in parts},
        detection_s=3,
        fencing=fencing,
        no_quorum_policy=policy,
    )


def placed(**nodes: str) -> Placement:
    """What runs where: n1="ip web store+ proxy"; + promoted, - not, ! blocked; n2="?ip": unclean; n3="x": offline."""
    states, instances = {}, set()
    for node, words in nodes.items():
        states[node] = "unclean" if "?" in words else "offline" if words == "x" else "online"
        for word in words.strip("?x").split():
            role = ROLES.get(word[-1], "Started")
            instances.add(Instance(word.rstrip("+-!"), node, role, blocked=word.endswith("!")))
    return Placement(states, frozenset(instances))


def event(action: str, subject: str, node: str, begin_s: float, end_s: float, id_: int = 1, after: int = -1) -> Event:
    return Event(begin_s, end_s, action, subject, node, 0, id_, (after,) if after >= 0 else (), "default")


def start(subject: str, node: str, begin_s: float, end_s: float) -> tuple[Event, ...]:
    """The failure is noticed, decided upon, and the primitive starts."""
    return (
        Event(0, begin_s, "detect", "", "", -1, -1, (), "default"),
        Event(begin_s, begin_s, "decide", "", "", 0, -1, (), "default"),
        event("start", subject, node, begin_s, end_s),
    )


def side(
    members: str,
    after: Placement,
    *events: Event,
    quorate: bool = True,
    fences: str = "",
    unfenceable: str = "",
    **step,
) -> Ended:
    told = Side(
        frozenset(members.split()),
        quorate,
        Step(unfenceable=tuple(unfenceable.split()), **step),
        frozenset(fences.split()),
    )
    return Ended(told, Settled((), after, "after"), events)


def case(
    whole: Subject,
    before: Placement,
    *sides: Ended,
    failure: Mapping = {},
    situation: Mapping = {},
    earlier: Mapping = {},
    survivor: int | None = 0,
    race: bool = False,
    **more,
) -> Case:
    """situation: with the failure in it; earlier: what of it was so before."""
    kwargs = {"id": "test", "words": "something fails"} | dict(failure)
    return Case(
        subject=whole,
        failure=Failure(**kwargs),
        before=before,
        stood=Sides([Running(whole, before, situation=Situation(**earlier))]),
        blow=Blow(tuple(one.side for one in sides), Situation(**situation), survivor, race),
        ended=sides,
        **more,
    )
