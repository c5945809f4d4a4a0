"""Several services at once: which node is hit, what has to run again, what is judged."""

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from quorate.catalog.platforms import platforms
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.cluster import Cluster
from quorate.describe.load import load
from quorate.drill import aftermath, clients, victim
from quorate.drill.aftermath import Wanted, left_behind, unrest
from quorate.drill.fault import Scene, Setting
from quorate.drill.faults.kill_server import foreign_addresses, holders
from quorate.drill.faults.kill_server import obstacle as without_server
from quorate.drill.faults.rolling_restart import choose
from quorate.drill.foretold import Agreement
from quorate.drill.history import History, Recording, read
from quorate.drill.outcome import Outcome, judge_run
from quorate.drill.outcome_json import to_json
from quorate.drill.prediction import Prediction
from quorate.drill.record import About, Trace
from quorate.drill.series import by_fault
from quorate.drill.suite import hit
from quorate.drill.verdict import Verdict, enough_answers
from quorate.errors import UsageError
from quorate.explore.result import Figure, Impact, State
from quorate.observe.facts.cluster_status import ClusterStatus, ResourceStatus
from quorate.operate.insight import Line, Within

CORE = """\
cluster: core
nodes:
  n1: {links: [10.1.0.1], fencing: {ipmi: 10.1.9.1}}
  n2: {links: [10.1.0.2], fencing: {ipmi: 10.1.9.2}}
  n3: {links: [10.1.0.3], fencing: {ipmi: 10.1.9.3}}
fencing: {ipmi: {user: admin, password: {env: IPMI_PASSWORD}}}
services:
  proxy: {kind: haproxy, address: 10.1.0.100/24}
  database: {kind: galera}
  broker: {kind: rabbitmq-cluster}
  identity: {kind: keystone}
  site: {kind: web, address: 10.1.0.101/24, port: 81}
  spare: {kind: address, address: 10.1.0.102/24}
"""

LISTENING = """\
LISTEN 0 80        10.1.0.1:3306   0.0.0.0:*  users:(("mariadbd",pid=812,fd=21))
LISTEN 0 80       127.0.0.1:3306   0.0.0.0:*  users:(("mariadbd",pid=812,fd=22))
LISTEN 0 128     10.1.0.100:3306   0.0.0.0:*  users:(("haproxy",pid=77,fd=3))
LISTEN 0 128       10.1.0.1:8404   0.0.0.0:*  users:(("haproxy",pid=77,fd=4))
LISTEN 0 128       10.1.0.1:9404   0.0.0.0:*  users:(("other",pid=99,fd=4))
LISTEN 0 128              *:81           *:*  users:(("apache2",pid=66,fd=4))
"""


@pytest.fixture
def cluster() -> Cluster:
    found = load(CORE, "core.yaml", kinds()).cluster
    assert found is not None
    return found


def site(cluster: Cluster, name: str) -> Site:
    return Site(name, platforms()[0], cluster)


@pytest.mark.parametrize(
    ("name", "word", "address"),
    [
        ("proxy", "holder", "10.1.0.100"),
        ("database", "writer", "10.1.0.100"),
        ("identity", "holder", "10.1.0.100"),
        ("broker", "serving", None),  # its clients know all brokers
        ("site", "serving", "10.1.0.101"),
    ],
)
def test_which_node_is_hit_if_nothing_is_said(cluster: Cluster, name: str, word: str, address: str | None) -> None:
    assert victim.usual(site(cluster, name)) == word
    found = victim.entrance(site(cluster, name))
    assert (str(found.ip) if found else None) == address


def test_only_the_service_s_own_process_is_killed(cluster: Cluster) -> None:
    def killed(name: str, *ports: int) -> set[int]:
        return holders(LISTENING, ports, foreign_addresses(cluster, name))

    assert killed("database", 3306) == {812}
    assert killed("proxy", 8404, 8405) == {77}
    assert killed("site", 81) == {66}
    assert "nobody listens" in without_server(Setting(cluster, "spare", "container"))
    assert not without_server(Setting(cluster, "database", "container"))


def test_a_server_that_has_the_entrance_s_address_itself_is_killed_there() -> None:
    lines = 'LISTEN 0 128 10.1.0.100:5000 0.0.0.0:* users:(("server",pid=55,fd=3))\n'
    text = CORE.replace("  spare: {kind: address, address: 10.1.0.102/24}\n", "")
    found = {}
    for kind in ("address", "haproxy"):
        cluster = load(text.replace("haproxy", kind), "core.yaml", kinds()).cluster
        assert cluster is not None
        found[kind] = holders(lines, (5000,), foreign_addresses(cluster, "identity"))
    assert found == {"address": {55}, "haproxy": set()}, "behind a proxy it is the proxy who listens there"


def test_a_fault_hits_one_of_the_services_that_it_fits(cluster: Cluster) -> None:
    settings = [Setting(cluster, name, "container") for name in cluster.services]
    found = {hit(settings, "kill-server", seed) for seed in range(60)}
    assert found == set(cluster.services) - {"spare"}
    assert hit(settings, "kill-server", 7) == hit(settings, "kill-server", 7)


def test_the_victim_is_the_last_to_restart(cluster: Cluster) -> None:
    orders = {choose(Setting(cluster, "proxy", "container"), "n2", Random(seed))["order"] for seed in range(20)}
    assert orders == {"n1, n3, n2", "n3, n1, n2"}


def test_clients_of_services_behind_a_proxy(cluster: Cluster) -> None:
    assert clients.askable(cluster) == list(cluster.services)
    assert clients.identity_of(cluster, "identity").name == "identity"
    with pytest.raises(UsageError, match="uses no identity service"):
        clients.identity_of(cluster, "database")
    assert clients.beside(site(cluster, "database")) == {}
    assert clients.beside(site(cluster, "site")) == {"icmp": "10.1.0.101", "tcp": "10.1.0.101:81"}


def instance(id_: str, node: str = "", role: str = "Started", *, clone: bool = True) -> ResourceStatus:
    return ResourceStatus(
        id=id_,
        agent="systemd:x",
        role=role if node else "Stopped",
        target_role="",
        active=bool(node),
        managed=True,
        blocked=False,
        failed=False,
        orphaned=False,
        pending="",
        nodes=(node,) if node else (),
        parents=("servers",) if clone else (),
    )


def status(resources: list[ResourceStatus], away: str = "") -> ClusterStatus:
    nodes = [
        SimpleNamespace(
            name=name, online=name != away, type="member", pending=False, unclean=False, shutdown=False, standby=False
        )
        for name in ("n1", "n2", "n3")
    ]
    found = ClusterStatus.__new__(ClusterStatus)
    for key, value in {"nodes": tuple(nodes), "resources": tuple(resources)}.items():
        object.__setattr__(found, key, value)
    return found


PROXY = Wanted("proxy", ("proxy", "proxy-server", "servers"), everywhere=True)
ALL = [instance("proxy-server", node) for node in ("n1", "n2", "n3")]


def test_what_runs_everywhere_is_not_missed_on_a_node_that_is_away() -> None:
    address = instance("proxy", "n2", clone=False)
    assert unrest(status([*ALL, address]), {"n1", "n2", "n3"}, [PROXY]) == ""
    two = [*ALL[1:], instance("proxy-server"), address]
    assert unrest(status(two), {"n1", "n2", "n3"}, [PROXY]) == "proxy-server not running"
    assert unrest(status(two, away="n1"), set(), [PROXY]) == ""
    assert unrest(status(two, away="n1"), {"n1", "n2", "n3"}, [PROXY]) == "n1 away"
    none = [*ALL[1:], instance("proxy-server"), instance("proxy", clone=False)]
    assert unrest(status(none, away="n1"), set(), [PROXY]) == "proxy not running"
    assert unrest(status(ALL), set(), [Wanted("web", ("web",))]) == "web unknown"


def test_what_the_file_keeps_from_a_node_is_not_missed_there() -> None:
    ledger = Wanted("db", ("db-server", "servers"), everywhere=True, never_on={"db-server": frozenset({"n3"})})
    two = [instance("db-server", "n1"), instance("db-server", "n2"), instance("db-server")]
    assert unrest(status(two), set(), [ledger]) == ""
    assert unrest(status(two, away="n3"), set(), [ledger]) == ""
    one = [two[0], instance("db-server"), instance("db-server")]
    assert unrest(status(one), set(), [ledger]) == "db-server not running"
    assert unrest(status(one, away="n2"), set(), [ledger]) == ""


def test_a_node_is_left_when_nothing_runs_there_and_the_address_has_moved() -> None:
    rest = [*ALL[1:], instance("proxy-server")]
    assert left_behind(status([*ALL, instance("proxy", "n2", clone=False)]), PROXY, "n1")
    assert left_behind(status([*rest, instance("proxy", clone=False)]), PROXY, "n1")
    assert not left_behind(status([*rest, instance("proxy", "n2", clone=False)]), PROXY, "n1")


def several(recording: Recording) -> Outcome:
    """The sample's client asks "web"; another, that waited less, "api"; a third uploads to "images"."""
    (trace,) = recording.traces
    zero_ns = recording.events[1].at_ns
    brief = [replace(one, result="ok" if one.sent_ns > zero_ns + 10**9 else one.result) for one in trace.attempts]
    quick = replace(trace, name="api", probe="token", attempts=tuple(brief))
    seldom = tuple(replace(one, result="ok") for one in trace.attempts[::50])
    uploads = replace(trace, name="images.uploads", probe="upload", attempts=seldom)
    numbers = tuple(one.n for one in seldom)
    about = replace(recording.about, asked=("web", "api", "images"), aim="writer", was=("holder", "writer"), target_s=2)
    beside: Trace = replace(trace, name="api-tcp", probe="tcp", attempts=())
    return judge_run(
        replace(
            recording,
            about=about,
            traces=(trace, quick, uploads, beside),
            rows={"images.uploads": (numbers, numbers[1:])},
        )
    )


def test_each_client_is_judged_and_the_worst_verdict_is_the_runs(recording: Recording) -> None:
    outcome = several(recording)
    assert {one.trace.name: one.verdict for one in outcome.clients} == {
        "web": Verdict.VIOLATED,
        "api": Verdict.HELD,
        "images.uploads": Verdict.UNKNOWN,  # two readings differ; that an upload is asked for seldom decides nothing
    }
    assert outcome.verdict is Verdict.VIOLATED
    assert outcome.client.trace.name == "web"
    assert outcome.reason.startswith("web: ")
    assert [one.trace.name for one in outcome.beside] == ["api-tcp"]
    value = to_json(outcome)
    assert [one["service"] for one in value["clients"]] == ["web", "api", "images"]
    assert About.parse(value["about"]) == outcome.about


def test_a_series_has_a_median_for_each_fault_and_service(recording: Recording) -> None:
    found = by_fault([several(recording), several(recording)])
    assert [(one.fault, one.service, one.runs, one.held) for one in found] == [
        ("power-cut", "web", 2, 0),
        ("power-cut", "api", 2, 2),
    ]
    assert found[0].outage_s_median == pytest.approx(6.13, abs=0.01)
    alone = by_fault([judge_run(recording)])
    assert [(one.service, one.held, len(one.samples_s)) for one in alone] == [("", 1, 1)]


@pytest.mark.parametrize(("every_ms", "answers"), [(20, 25), (50, 10), (250, 5), (1000, 5)])
def test_a_client_that_asks_seldom_is_steady_with_fewer_answers(every_ms: float, answers: int) -> None:
    assert enough_answers(every_ms) == answers


def test_the_folder_of_a_run_has_a_prediction_for_each_service(recording: Recording, tmp_path: Path) -> None:
    history = History(tmp_path / "run", recording.about)
    history.prediction(Prediction(missing="Nobody knows."))
    history.prediction(Prediction(missing="Nobody knows either."), "api")
    found = read(history.folder).predictions
    assert {name: one.missing for name, one in found.items()} == {"web": "Nobody knows.", "api": "Nobody knows either."}


def test_a_server_that_is_not_well_by_its_own_word_keeps_a_drill_waiting(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Line] = [Line("Synced", "good", "n1", serves=True)]
    file = SimpleNamespace(KIND="galera", look=None, judged=lambda facts, site, running: iter(told))

    async def look(*_: object) -> Within:
        return Within({"database": None}, {"galera": file})  # type: ignore[dict-item]

    monkeypatch.setattr(aftermath.inside, "files", lambda: {"galera": file})
    monkeypatch.setattr(aftermath.insight, "look", look)
    want = SimpleNamespace(cluster=cluster, platform=platforms()[0])
    scene = Scene(SimpleNamespace(kind="container"), {}, want, "database", "n1", print, ("database",))  # type: ignore[arg-type]
    servers = [replace(instance("database-server", node), parents=("database",)) for node in ("n1", "n2")]
    found = status(servers)
    assert asyncio.run(aftermath.unwell(scene, found)) == ""
    told.append(Line("Donor", "doubtful", "n2", serves=True))
    assert asyncio.run(aftermath.unwell(scene, found)) == "database on n2: Donor"
    told[-1] = Line("not asked", "doubtful", "n3", serves=False)  # Pacemaker does not run it there
    assert asyncio.run(aftermath.unwell(scene, found)) == ""


def test_what_was_started_for_others_is_no_sign_of_who_served_a_client(recording: Recording) -> None:
    (trace,) = recording.traces
    nameless = replace(trace, attempts=tuple(replace(one, node="") for one in trace.attempts))
    impact = Impact(service="web", state=State.INTERRUPTED, interruption=Figure(6.0, "default"), before=("n1",))
    told = {"web": Prediction(impact=replace(impact, after=("n3",)))}  # n2 it was, by the journals
    alone = judge_run(replace(recording, traces=(nameless,), predictions=told))
    both = judge_run(replace(recording, traces=(nameless, replace(trace, name="api")), predictions=told))
    assert alone.clients[0].foretold.agreement is Agreement.STATE
    assert both.clients[0].foretold.agreement is Agreement.AGREED
