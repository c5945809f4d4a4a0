"""When daemons may be restarted, in which order, and what the scheduler's answer means for it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from quorate.build.restarts import fitness
from quorate.explore.scheduler.graph import Graph
from quorate.explore.scheduler.transition import Action
from quorate.observe.facts import cluster_status, quorum
from quorate.observe.facts.cluster_status import ClusterStatus

DATA = Path(__file__).parents[3] / "data"
HEALTHY = DATA / "operate" / "healthy"
NAMES = ("n1", "n2", "n3")
STATUS = cluster_status.parse((HEALTHY / "n1.crm_mon").read_text().partition("\n")[2], 0)
VOTES = quorum.parse((HEALTHY / "n1.quorum").read_text(), 0)
FENCING = frozenset(r.id for r in STATUS.resources if r.agent.startswith("stonith"))


def of_node(name: str, **changed: object) -> ClusterStatus:
    return replace(STATUS, nodes=tuple(replace(n, **changed) if n.name == name else n for n in STATUS.nodes))


def of_resource(id_: str, **changed: object) -> ClusterStatus:
    return replace(STATUS, resources=tuple(replace(r, **changed) if r.id == id_ else r for r in STATUS.resources))


def test_nothing_speaks_against_it_in_a_healthy_cluster() -> None:
    assert list(fitness.not_whole(STATUS, NAMES)) == []
    assert list(fitness.against_rolling(STATUS, NAMES, {"n1": VOTES})) == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (of_node("n2", online=False), "n2 is not online"),
        (of_node("n2", unclean=True), "n2 is about to leave"),
        (replace(STATUS, quorate=False), "not quorate"),
        (of_resource("site-apache", failed=True), "site-apache has failed"),
        (replace(STATUS, maintenance_mode=True), "in maintenance mode"),
        (of_node("n2", maintenance=True), "n2 is in maintenance"),
        (of_resource("site-apache", managed=False), "site-apache is not managed"),
    ],
)
def test_what_speaks_against_taking_a_node_out(status: ClusterStatus, words: str) -> None:
    (why,) = fitness.against_rolling(status, NAMES, {"n1": VOTES})
    assert words in why


@pytest.mark.parametrize(
    ("changed", "short"),
    [
        ({}, []),
        ({"members": VOTES.members[:2], "total_votes": 2}, ["n1", "n2"]),
        ({"members": VOTES.members[:2], "total_votes": 2, "flags": frozenset({"2Node"}), "needed_votes": 1}, []),
        ({"members": VOTES.members[:2], "total_votes": 3}, []),  # two nodes and a quorum device
    ],
)
def test_votes_have_to_be_left(changed: dict[str, object], short: list[str]) -> None:
    said = list(fitness.short_of_votes(replace(VOTES, **changed)))
    assert [re.match(r"without (\S+)", words)[1] for words in said] == short


def cib(resources: str, *, watchdog: bool = False) -> etree._Element:
    return etree.fromstring(
        '<cib><configuration><crm_config><cluster_property_set id="b">'
        f'<nvpair id="w" name="have-watchdog" value="{str(watchdog).lower()}"/></cluster_property_set></crm_config>'
        f"<nodes/><resources>{resources}</resources><constraints/></configuration><status/></cib>"
    )


GFS2 = '<instance_attributes id="p"><nvpair id="f" name="fstype" value="gfs2"/></instance_attributes>'
GUEST = '<meta_attributes id="m"><nvpair id="r" name="remote-node" value="guest"/></meta_attributes>'


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (
            '<clone id="c"><primitive id="dlm" class="ocf" provider="pacemaker" type="controld"/></clone>',
            "dlm: the lock",
        ),
        (f'<primitive id="fs" class="ocf" provider="heartbeat" type="Filesystem">{GFS2}</primitive>', "fs: GFS2"),
        (f'<primitive id="vm" class="ocf" provider="heartbeat" type="VirtualDomain">{GUEST}</primitive>', "guest: "),
        ('<primitive id="r1" class="ocf" provider="pacemaker" type="remote"/>', "r1: Pacemaker loses"),
        ('<bundle id="web"><primitive id="p" class="ocf" type="apache"/></bundle>', "web: Pacemaker loses"),
    ],
)
def test_what_cannot_run_on_without_corosync(resources: str, words: str) -> None:
    (why,) = fitness.against_together(cib(resources))
    assert why.startswith(words)


def test_a_watchdog_that_looks_at_corosync_forbids_to_stop_it() -> None:
    assert ["sbd" in why for why in fitness.against_together(cib("", watchdog=True))] == [True]
    ordinary = '<primitive id="fs" class="ocf" provider="heartbeat" type="Filesystem"/>'
    assert list(fitness.against_together(cib(ordinary))) == []


def test_who_runs_nothing_is_restarted_first_and_the_dc_last() -> None:
    (busy,) = {node for r in STATUS.resources if r.id == "site-apache" for node in r.nodes}
    idle = sorted(set(NAMES) - {busy})
    for dc in idle:
        order = fitness.order(NAMES, replace(STATUS, dc=dc), FENCING)
        assert order == (*(name for name in idle if name != dc), dc, busy), "services move once"


def act(task: str, resource: str, node: str, interval_ms: int = 0) -> Action:
    return Action(id=1, kind="rsc_op", task=task, resource=resource, node=node, interval_ms=interval_ms)


def test_what_no_other_node_takes_over_is_named() -> None:
    (busy,) = {node for r in STATUS.resources if r.id == "site-apache" for node in r.nodes}
    stops = [act("stop", "site-apache", busy), act("stop", min(FENCING), busy)]
    assert fitness.ended(Graph(tuple(stops)), STATUS, busy, FENCING) == ["site-apache"]
    moves = (*stops, act("start", "site-apache", "elsewhere"))
    assert fitness.ended(Graph(moves), STATUS, busy, FENCING) == []


def test_what_the_scheduler_would_do_out_of_maintenance() -> None:
    device = min(FENCING)
    quiet = Graph((act("start", device, "n1"), act("monitor", "site-apache", "n1", 5000)))
    assert fitness.upset(quiet, FENCING) == ([], [], False)
    probing = Graph((act("monitor", "site-apache", "n1"),))
    assert fitness.upset(probing, FENCING) == ([], [], True)
    moving = Graph((act("stop", "site-apache", "n1"), act("start", "site-apache", "n2")))
    assert fitness.upset(moving, FENCING) == (["stop site-apache on n1"], ["start site-apache on n2"], False)
    fencing = Graph((Action(id=1, kind="crm_event", task="stonith", node="n3"),))
    assert fitness.upset(fencing, FENCING) == (["fence n3"], [], False)


def history(*operations: str) -> etree._Element:
    """Return a CIB whose site-apache has this history on n1; an operation: "monitor 5000 7", its call id at the end."""
    lines = [text.split() for text in operations]
    ops = "".join(f'<lrm_rsc_op operation="{o}" interval="{i}" call-id="{c}"/>' for o, i, c in lines)
    resource = cib(
        '<primitive id="site-apache" class="ocf" type="apache"><operations>'
        '<op id="o" name="monitor" interval="5s"/></operations></primitive>'
    )
    resource.find("status").append(
        etree.fromstring(
            '<node_state uname="n1"><lrm id="1"><lrm_resources><lrm_resource id="site-apache">'
            f"{ops}</lrm_resource></lrm_resources></lrm></node_state>"
        )
    )
    return resource


@pytest.mark.parametrize(
    ("operations", "watched"),
    [
        (("start 0 5", "monitor 5000 7"), True),
        (("monitor 0 5", "monitor 5000 7"), True),  # found running by a probe
        (("start 0 5",), False),  # its monitor was cancelled
        (("start 0 5", "monitor 5000 7", "stop 0 9"), False),  # left behind by the time before the stop
        (("monitor 0 5", "monitor 5000 -1"), False),  # under way for the first time
    ],
)
def test_whether_a_resource_is_watched_is_told_by_its_history(operations: tuple[str, ...], watched: bool) -> None:
    seen = of_resource("site-apache", nodes=("n1",))
    assert (fitness.unwatched(history(*operations), seen) == []) is watched
    assert bool(fitness.recurring_on(history(*operations))) is watched


def test_a_monitor_that_is_off_is_not_waited_for() -> None:
    seen = of_resource("site-apache", nodes=("n1",))
    for off in ('interval="0"', 'interval="0s"', 'interval="5s" enabled="false"', 'interval="5s" role="Stopped"'):
        root = history("start 0 5")
        root.find(".//operations").replace(root.find(".//op"), etree.fromstring(f'<op id="o" name="monitor" {off}/>'))
        assert fitness.unwatched(root, seen) == []
