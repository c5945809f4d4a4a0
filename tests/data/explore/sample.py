"""An exploration as it comes from a cluster of three nodes: a web site anywhere, a database on a disk of n1 and n2.

`exploration()` is depth 1 with everything in it that a page must be able to show; `pairs()` is depth 2; `wide()` has
more services than a terminal has columns.
"""

from dataclasses import replace

from quorate.explore.answer import Evidence
from quorate.explore.answers.availability import Availability, Expected, Share
from quorate.explore.answers.single_points import SinglePoints
from quorate.explore.answers.spare import Amount, Spare, Without
from quorate.explore.result import Event, Exploration, Figure, Impact, Scenario, State, Stretch

NODES = ("n1", "n2", "n3")
SERVICES = ("site", "database")
REPLAY = "crm_simulate -S -x cib.xml -O rest.xml\ncrm_simulate -S -x rest.xml -f {node} -O 1.xml"


def unaffected(service: str, node: str) -> Impact:
    return Impact(service, State.UNAFFECTED, before=(node,), after=(node,))


def moved(service: str, begin: str, end: str, path: tuple[Stretch, ...], *, last: bool = False) -> Impact:
    rank = ("measured", "default", "bound")
    basis = max((one.basis for one in path), key=rank.index)
    return Impact(
        service,
        State.INTERRUPTED,
        Figure(path[-1].end_s, basis),
        before=(begin,),
        after=(end,),
        why=f"{begin} is fenced, then {end} starts it",
        redundancy_gone=last,
        path=path,
    )


SITE = (
    Stretch(0, 2.9, "detect", "n1", "", "default"),
    Stretch(2.9, 3.7, "fence", "n1", "", "measured"),
    Stretch(3.7, 3.9, "start", "site-address", "n2", "default"),
    Stretch(3.9, 4.5, "start", "site-apache", "n2", "measured"),
)
DATABASE = (
    Stretch(0, 2.9, "detect", "n1", "", "default"),
    Stretch(2.9, 3.7, "fence", "n1", "", "measured"),
    Stretch(3.7, 4.2, "promote", "database-drbd", "n2", "default"),
    Stretch(4.2, 4.5, "start", "database-filesystem", "n2", "default"),
    Stretch(4.5, 8.1, "start", "database-mariadb", "n2", "default"),
)
EVENTS = (
    Event(0, 2.9, "detect", "n1", "", 0, -1, (), "default"),
    Event(2.9, 3.7, "fence", "n1", "n1", 0, 1, (-1,), "measured"),
    Event(3.7, 4.2, "promote", "database-drbd", "n2", 0, 2, (1,), "default"),
    Event(4.2, 4.5, "start", "database-filesystem", "n2", 0, 3, (2,), "default"),
    Event(4.5, 8.1, "start", "database-mariadb", "n2", 0, 4, (3,), "default"),
    Event(3.7, 3.9, "start", "site-address", "n2", 0, 5, (1,), "default"),
    Event(3.9, 4.5, "start", "site-apache", "n2", 0, 6, (5,), "measured"),
    Event(4.5, 4.5, "monitor", "site-apache", "n2", 0, 7, (6,), "default"),
)
QUIET = (unaffected("site", "n1"), unaffected("database", "n1"))
SITE_FAILED = (
    Stretch(0, 10, "detect", "site-apache", "n1", "bound"),
    Stretch(10, 11.2, "stop", "site-apache", "n1", "default"),
    Stretch(11.2, 11.8, "start", "site-apache", "n1", "measured"),
)


def scenario(id_: str, words: str, *impacts: Impact, per_year: float | None = None, **more) -> Scenario:
    node = id_.rpartition(":")[2].partition("@")[0]
    defaults = {"replay": REPLAY.format(node=node), **more}
    return Scenario(id_, tuple(id_.split(" then ")), words, impacts, per_year=per_year, **defaults)


SINGLES = (
    scenario(
        "node-lost:n1",
        "n1 loses its power or crashes",
        moved("site", "n1", "n2", SITE),
        moved("database", "n1", "n2", DATABASE, last=True),
        per_year=1.5,
        events=EVENTS,
    ),
    scenario(
        "node-lost:n2",
        "n2 loses its power or crashes",
        unaffected("site", "n1"),
        Impact("database", State.DEGRADED, before=("n1",), after=("n1",), why="n2 had the other copy of its data"),
        per_year=1.5,
    ),
    scenario("node-lost:n3", "n3 loses its power or crashes", *QUIET, per_year=1.5),
    scenario(
        "partition:n1|n2,n3",
        "n1 and the others no longer hear each other",
        moved("site", "n1", "n2", SITE),
        moved("database", "n1", "n2", DATABASE, last=True),
        per_year=0.2,
    ),
    scenario(
        "resource-fails:site-apache@n1",
        "site-apache ends on n1",
        moved("site", "n1", "n1", SITE_FAILED),
        unaffected("database", "n1"),
        per_year=4,
    ),
    scenario("fence-silent:ipmi-n2", "the fencing device ipmi-n2 does not answer", *QUIET, per_year=0.1),
    scenario("fence-silent:ipmi-n3", "the fencing device ipmi-n3 does not answer", *QUIET, per_year=0.1),
    scenario(
        "shared:feed-a",
        "the power feed feed-a fails",
        Impact(
            "site",
            State.DOWN,
            before=("n1",),
            why="n1 and its BMC lost their power: n1 cannot be fenced",
            until="n1 is fenced by hand, or feed-a returns",
        ),
        Impact(
            "database",
            State.TWO_COPIES,
            before=("n1",),
            after=("n2",),
            why="n1 was not fenced and may still run it",
            until="n1 is proven to be off",
        ),
        per_year=0.1,
        quiet=False,
        approximate="the feed's fencing devices are taken as silent at once",
    ),
)


def exploration() -> Exploration:
    return Exploration(
        subject="shop",
        nodes=NODES,
        services=SERVICES,
        depth=1,
        scheduler="crm_simulate 2.1.5",
        scenarios=SINGLES,
        total=len(SINGLES),
        not_covered=("what the network does to clients", "disks that answer, but slowly"),
        remarks=("Durations of mariadb are the catalog's: no drill has measured this cluster.",),
        took_s=1.4,
        outage_target_s=10,
        availability_target=99.99,
    )


def pairs() -> Exploration:
    gone = tuple(
        Impact(one, State.DOWN, before=("n2",), why="one node of three has no quorum", until="n1 or n2 returns")
        for one in SERVICES
    )
    two = tuple(
        scenario(f"node-lost:{a} then node-lost:{b}", f"{a} is lost, then {b} is lost", *gone, per_year=0.001)
        for a in NODES
        for b in NODES
        if a != b
    )
    same = scenario("node-lost:n3 then fence-silent:ipmi-n2", "n3 is lost, then ipmi-n2 does not answer", *QUIET)
    same = replace(same, same_as="node-lost:n3")
    whole = exploration()
    return replace(whole, depth=2, scenarios=(*SINGLES, *two, same), total=90)


def wide(services: int = 60, nodes: int = 5) -> Exploration:
    names = tuple(f"service-{i:02}" for i in range(services))
    hosts = tuple(f"node{i}" for i in range(1, nodes + 1))

    def home(i: int) -> str:
        return hosts[i % nodes]

    def lost(host: str) -> Scenario:
        impacts = [
            moved(one, host, hosts[(i + 1) % nodes], SITE if i % 3 else DATABASE)
            if home(i) == host
            else unaffected(one, home(i))
            for i, one in enumerate(names)
        ]
        return scenario(f"node-lost:{host}", f"{host} loses its power or crashes", *impacts, per_year=1.5)

    def fails(i: int) -> Scenario:
        impacts = [
            moved(other, home(i), home(i), SITE_FAILED) if i == j else unaffected(other, home(j))
            for j, other in enumerate(names)
        ]
        return scenario(f"resource-fails:{names[i]}@{home(i)}", f"{names[i]} ends on {home(i)}", *impacts, per_year=1)

    found = (*(lost(host) for host in hosts), *(fails(i) for i in range(services)))
    return replace(exploration(), subject="wide", nodes=hosts, services=names, scenarios=found, total=len(found))


FEED = Evidence(
    "shared:feed-a",
    "the power feed feed-a fails",
    ("site", "database"),
    "n1 and its BMC lost their power",
    "n1 is fenced by hand",
    "give n1 a second fencing level that does not fail with feed-a, besides ipmi-n1",
    ("fencing", "levels"),
)


def answers() -> dict[str, object]:
    """What the exploration answers; each in a shape of its own."""
    share = Share(("shared:feed-a",), 0.1, 14400, 1440, 96, "assumption: a feed fails once in ten years", FEED)
    few = Share(("node-lost:n1",), 1.5, 4.5, 6.75, 4, "the cluster file", FEED)
    return {
        "availability": Availability(
            target=99.99,
            expected=(
                Expected("site", 99.9954, 1447, "default", meets=True, certain=True, shares=(share, few)),
                Expected("database", 99.98, 6300, "default", meets=False, certain=True, shares=(share,)),
            ),
            without_rate=("partition",),
            pairs=False,
            complete=True,
            two_copies=("database",),
        ),
        "single_points": SinglePoints((FEED,), (), ()),
        "spare": Spare(
            "utilization",
            (
                Without("n1", True, (Amount("memory", 900, 2000),)),
                Without("n2", False, (Amount("memory", 900, 800),), ("database",)),
                Without("n3", None, ()),
            ),
            "placement-strategy is default: Pacemaker starts everything, whether it fits or not",
        ),
    }
