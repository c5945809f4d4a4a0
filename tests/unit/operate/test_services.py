"""The state of services in words, from values: what the golden cases do not reach."""

from dataclasses import replace
from pathlib import Path

import pytest

from quorate.catalog.platforms import platform_for
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import Ban, Failure, ResourceStatus
from quorate.operate.membership import LinkState
from quorate.operate.services import services
from quorate.render.cib import everything

DATA = Path(__file__).parents[2] / "data" / "operate"
TEXT = (DATA / "cluster.yaml").read_text()
RESOURCES = """
resources:
  lock: {primitive: "ocf:pacemaker:Dummy"}
  locks: {clone: lock}
  store: {primitive: "ocf:pacemaker:Stateful"}
  stores: {clone: store, promotable: true}
  lone: {primitive: "ocf:pacemaker:Dummy"}
"""
TRUTH = cluster_status.parse((DATA / "healthy" / "n1.crm_mon").read_text().partition("\n")[2], 0)


def state(truth, name: str = "site", text: str = TEXT):
    cluster = load(text, "cluster.yaml", kinds()).cluster
    found = services(cluster, everything(cluster, platform_for(("debian",))), truth)
    return next(service for service in found if service.name == name)


def with_parts(truth=TRUTH, **changes):
    """Return the truth with the service's parts changed."""
    parts = tuple(replace(r, **changes) if "site" in r.parents else r for r in truth.resources)
    return replace(truth, resources=parts)


def ban(node: str) -> Ban:
    return Ban(f"ban-{node}", "site", node, -1_000_000, False)


IDLE = with_parts(active=False, role="Stopped", nodes=())


@pytest.mark.parametrize(
    ("truth", "expected", "words"),
    [
        (with_parts(role="Starting", pending="Starting"), "starting", "starting on n3"),
        (with_parts(role="Stopping", pending="Stopping"), "stopping", "stopping on n3"),
        (with_parts(pending="Monitoring"), "running", "running on n3"),
        (with_parts(failed=True), "failed", "no reason given"),
        (with_parts(managed=False), "running", "not managed"),
        (replace(IDLE, stop_all_resources=True), "stopped", "stop-all-resources"),
        (replace(IDLE, quorate=False), "stopped", "no quorum"),
        (replace(IDLE, maintenance_mode=True), "stopped", "in maintenance"),
        (replace(IDLE, nodes=tuple(replace(n, standby=True) for n in IDLE.nodes)), "stopped", "no node may run"),
        (replace(IDLE, nodes=tuple(replace(n, online=False) for n in IDLE.nodes)), "stopped", "no node may run"),
        (
            replace(IDLE, bans=tuple(Ban(f"b{i}", "site", f"n{i}", -1_000_000, False) for i in (1, 2, 3))),
            "stopped",
            "banned",
        ),
        (replace(IDLE, bans=(ban("n1"),)), "stopped", "crm_simulate"),
        (replace(TRUTH, resources=()), "missing", "not on the cluster"),
        (None, "unknown", "not known"),
    ],
)
def test_one_place(truth, expected: str, words: str) -> None:
    judged = state(truth)
    assert judged.state == expected
    assert words in judged.words


def test_a_timeout_is_named_as_one() -> None:
    failure = Failure("site-apache", "start", 0, "n2", "Timed Out", 1, "error", "did not complete within 40s", "2026")
    judged = state(replace(IDLE, failures=(failure,)))
    assert judged.state == "stopped" or judged.words == "failed on n2: start: timed out (did not complete within 40s)"
    apache = replace(with_parts(), failures=(failure,))
    idle = tuple(
        replace(r, active=False, role="Stopped", nodes=()) if r.id == "site-apache" else r for r in apache.resources
    )
    judged = state(replace(apache, resources=idle))
    assert judged.state == "partly"
    assert "site-apache failed on n2: start: timed out (did not complete within 40s)" in judged.words


def part(id_: str, clone: str, node: str, role: str = "Started") -> ResourceStatus:
    active = role != "Stopped"
    nodes = (node,) if active else ()
    return ResourceStatus(id_, "ocf:x:y", role, "", active, True, False, False, False, "", nodes, (clone,))


def cloned(*parts: ResourceStatus, **changes):
    return replace(TRUTH, resources=(*TRUTH.resources, *parts), **changes)


def test_clones_run_in_several_places() -> None:
    text = TEXT + RESOURCES
    everywhere = cloned(*(part("lock", "locks", f"n{i}") for i in (1, 2, 3)))
    assert state(everywhere, "locks", text).words == "running on n1, n2, n3"
    store = cloned(part("store", "stores", "n1", "Promoted"), part("store", "stores", "n2", "Unpromoted"))
    assert state(store, "stores", text).words == "2 of 3, running on n1, n2; promoted on n1; not on n3"
    two_at_most = text.replace("promotable: true", "promotable: true, meta: {clone-max: 2}")
    assert state(store, "stores", two_at_most).words == "running on n1, n2; promoted on n1"
    failure = Failure("lock", "start", 0, "n3", "complete", 5, "not installed", "", "2026")
    two = cloned(part("lock", "locks", "n1"), part("lock", "locks", "n2"), failures=(failure,))
    assert state(two, "locks", text).state == "partly"
    assert state(two, "locks", text).words == "2 of 3, running on n1, n2; not on n3: start: not installed"
    assert state(two, "locks", text).absent == ("n3",)
    away = replace(two, failures=(), nodes=tuple(replace(n, standby=n.name == "n3") for n in two.nodes))
    assert state(away, "locks", text).words == "2 of 3, running on n1, n2; n3 is in standby"
    assert state(away, "locks", text).absent == ()
    kept_off = replace(two, failures=(), bans=(Ban("no", "locks", "n3", -1_000_000, False),))
    assert state(kept_off, "locks", text).words == "running on n1, n2"
    never_promoted = replace(two, failures=(), bans=(Ban("no", "locks", "n3", -1_000_000, True),))
    assert state(never_promoted, "locks", text).absent == ("n3",)
    assert state(cloned(part("lock", "locks", "", "Stopped")), "locks", text).state == "stopped"


def test_an_arbitrator_s_node_lacks_no_server() -> None:
    text = TEXT.partition("services:")[0] + "services:\n  ledger: {kind: galera, arbitrator: n3}\n"
    two = cloned(part("ledger-server", "ledger", "n1"), part("ledger-server", "ledger", "n2"))
    assert state(two, "ledger", text).words == "running on n1, n2"
    assert (state(two, "ledger", text).state, state(two, "ledger", text).wanted) == ("running", 2)
    one = cloned(part("ledger-server", "ledger", "n1"))
    assert state(one, "ledger", text).absent == ("n2",)


@pytest.mark.parametrize(("role", "wanted"), [("", 2), (", role: Promoted", 3)])
def test_a_node_that_promotes_none_has_to_run_one(role: str, wanted: int) -> None:
    never = f"constraints:\n  - {{location: ledger, node: n3, score: -INFINITY{role}}}\n"
    text = TEXT.partition("services:")[0] + "services:\n  ledger: {kind: galera}\n" + never
    two = cloned(part("ledger-server", "ledger", "n1"), part("ledger-server", "ledger", "n2"))
    assert state(two, "ledger", text).wanted == wanted


def test_only_what_stands_for_itself_is_named() -> None:
    cluster = load(TEXT + RESOURCES, "cluster.yaml", kinds()).cluster
    found = services(cluster, everything(cluster, platform_for(("debian",))), TRUTH)
    assert [service.name for service in found] == ["site", "locks", "stores", "lone"]


@pytest.mark.parametrize(
    ("a", "b", "up"),
    [(True, True, True), (True, None, True), (True, False, False), (None, False, False), (None, None, None)],
)
def test_links(a, b, up) -> None:
    assert LinkState(0, "n1", "n2", a, b).up is up
