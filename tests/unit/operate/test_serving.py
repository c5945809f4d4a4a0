"""Whether clients are served, and if not why: services that use each other, of made up kinds."""

import json
from dataclasses import asdict, replace

import click
import pytest
from jsonschema import Draft202012Validator
from tests.unit.explore.made_up import NODES, cluster_of

from quorate.catalog.platforms.debian import PLATFORM
from quorate.findings import Severity
from quorate.observe.facts import cluster_status
from quorate.observe.facts.cluster_status import Failure, ResourceStatus
from quorate.operate import services as running
from quorate.operate.insight import Insight, Line
from quorate.operate.serving import problems, serving
from quorate.operate.status import judge
from quorate.render.cib import everything
from quorate.ui.screen import service_lines
from quorate.ui.terminal import as_json

from .cases import DATA, NOW, Cases

OPERATE = Cases(DATA / "operate")
SCHEMA = Draft202012Validator(json.loads((DATA.parents[1] / "docs/reference/status.schema.json").read_text()))
CLUSTER = cluster_of()
HEALTHY = cluster_status.parse((DATA / "operate" / "healthy" / "n1.crm_mon").read_text().partition("\n")[2], 0)


def part(id_, node, clone="", role="Started", **more):
    active = role != "Stopped"
    held = (clone,) if clone else ()
    one = ResourceStatus(id_, "a:b:c", role, "", active, True, False, False, False, "", (node,) if active else (), held)
    return replace(one, **more)


def truth(**nodes):
    """What runs: by service the nodes of its servers; proxy: "n1 n2 n3"; the address stands on n1."""
    where = {"proxy": "n1 n2 n3", "database": "n1 n2 n3", "identity": "n1 n2 n3", "images": "n1 n2 n3"} | nodes
    parts = [part("proxy-address", "n1")]
    for name, on in where.items():
        parts += [part(f"{name}-server", node, name) for node in on.split()]
        parts += [part(f"{name}-server", "", name, "Stopped")] * (3 - len(on.split()))
    return replace(HEALTHY, resources=tuple(parts))


def states(seen=None, told=None, cluster=CLUSTER, **nodes):
    seen = seen or truth(**nodes)
    found = running.services(cluster, everything(cluster, PLATFORM), seen)
    judged = serving(found, cluster, PLATFORM, told or {}, seen)
    return {state.name: state for state in judged}


def test_all_is_served():
    found = states()
    assert {state.served for state in found.values()} == {True}
    assert list(problems(list(found.values()))) == []
    assert found["database"].words == "running on n1, n2, n3"


def test_some_of_several_servers_serve():
    identity = states(identity="n1 n3")["identity"]
    assert (identity.state, identity.served, identity.absent) == ("partly", True, ("n2",))
    assert identity.words == "served; 2 of 3, running on n1, n3; not on n2"
    [finding] = running.problems((identity,), (), frozenset())
    assert (finding.code, finding.severity) == ("service-partly", Severity.WARNING)
    assert "clients are served" in finding.why


def test_nodes_that_are_away_are_told_themselves_and_not_again():
    seen = truth(identity="n1 n3")
    seen = replace(seen, nodes=tuple(replace(node, standby=node.name == "n2") for node in seen.nodes))
    identity = states(seen)["identity"]
    assert identity.words == "served; 2 of 3, running on n1, n3; n2 is in standby"
    assert list(running.problems((identity,), (), frozenset())) == []


def test_what_a_lost_node_may_still_run_serves_nobody():
    seen = truth()
    seen = replace(seen, nodes=tuple(replace(node, unclean=node.name == "n3") for node in seen.nodes))
    assert states(seen)["identity"].words == "served; 2 of 3, running on n1, n2; n3 is not there"
    two = replace(seen, nodes=tuple(replace(node, unclean=node.name != "n1") for node in seen.nodes))
    assert states(two)["database"].served is False
    none = replace(seen, nodes=tuple(replace(node, unclean=True) for node in seen.nodes))
    assert (states(none)["identity"].state, states(none)["identity"].served) == ("lost", False)


def test_who_uses_what_is_stopped_is_not_served_and_says_why():
    found = states(database="")
    assert (found["database"].state, found["database"].served) == ("stopped", False)
    for name in ("identity", "images"):
        assert (found[name].state, found[name].served, found[name].through) == ("running", False, "database")
        assert found[name].words == "not served: database, which it uses, is stopped; running on n1, n2, n3"
    assert found["proxy"].served is True
    [finding] = problems(list(found.values()))
    assert finding.summary == "identity, images run, and their clients are not served"
    assert finding.why == "database, which they use, does not serve"
    assert finding.path == ("services", "identity")


def test_the_first_that_fails_is_to_blame_not_what_stands_between():
    found = states(identity="")
    assert found["images"].through == "identity"
    both = states(identity="", database="")
    assert both["images"].through == "database"


def test_too_few_servers_serve_nobody():
    found = states(database="n2")
    assert found["database"].served is False
    assert found["database"].words.startswith("not served: 1 of 3 servers are no majority; ")
    assert found["identity"].words.startswith("not served: database, which it uses, serves nobody; ")
    codes = [(one.code, one.path) for one in problems(list(found.values()))]
    assert codes == [("service-not-served", ("services", "database")), ("service-not-served", ("services", "identity"))]


def test_servers_on_nodes_in_standby_left_in_order_and_do_not_count():
    seen = truth(database="n2")
    seen = replace(seen, nodes=tuple(replace(node, standby=node.name != "n2") for node in seen.nodes))
    assert states(seen)["database"].served is True


def test_an_arbitrator_s_node_in_standby_is_no_server_that_left():
    voting = NODES + "services:\n  database: {kind: galera, arbitrator: n3}\n"
    servers = (part("database-server", "n2", "database"), part("database-server", "", "database", "Stopped"))
    seen = replace(HEALTHY, resources=(*servers, part("database-garbd", "", "database-arbitrator", "Stopped")))
    for standby in (set(), {"n3"}):
        nodes = tuple(replace(node, standby=node.name in standby) for node in seen.nodes)
        database = states(replace(seen, nodes=nodes), cluster=cluster_of(voting))["database"]
        assert database.words.startswith("not served: 1 of 2 servers are no majority; ")


def test_servers_that_say_they_do_not_serve_do_not_count():
    lines = tuple(Line("not synced", "bad", node, serves=False) for node in ("n1", "n3"))
    found = states(told={"database": Insight((*lines, Line("synced", node="n2", serves=True)))})
    assert found["database"].words.startswith("not served: 1 of 3 servers are no majority; ")
    silent = states(told={"identity": Insight((Line("no key", "bad", "n2", serves=False),))})
    assert silent["identity"].words == "not served: n2: no key; running on n1, n2, n3"


def test_an_address_without_any_proxy_serves_nobody():
    found = states(proxy="")
    assert (found["proxy"].served, found["identity"].through) == (False, "proxy")


def test_where_nobody_knows_nobody_is_said_to_be_served():
    found = running.services(CLUSTER, everything(CLUSTER, PLATFORM), None)
    assert {state.served for state in serving(found, CLUSTER, PLATFORM, {}, None)} == {None}


def test_services_in_a_circle_are_judged_by_what_they_use_themselves():
    circle = cluster_of().services | {}
    database = circle["database"].model_copy(update={"needs": ("images",)})
    cluster = replace(CLUSTER, services={**circle, "database": database})
    assert states(cluster=cluster, identity="")["images"].through == "identity"


@pytest.mark.parametrize(("role", "served"), [("Starting", False), ("Started", True)])
def test_a_service_of_one_place_serves_when_it_runs(role, served):
    parts = tuple(replace(one, role=role) if "site" in one.parents else one for one in HEALTHY.resources)
    seen = replace(HEALTHY, resources=parts)
    assert states(seen, cluster=OPERATE.cluster)["site"].served is served


def test_a_failed_server_among_others_is_named_and_the_others_serve():
    seen = truth()
    failure = Failure("identity-server", "monitor", 10_000, "n2", "complete", 7, "not running", "", "2026")
    parts = tuple(
        replace(one, failed=True) if one.id == "identity-server" and one.nodes == ("n2",) else one
        for one in seen.resources
    )
    identity = states(replace(seen, resources=parts, failures=(failure,)))["identity"]
    assert (identity.state, identity.served) == ("failed", True)


def test_the_screen_says_it():
    seen = truth(database="", identity="n1")
    views = [replace(view, cluster=seen) for view in OPERATE.views("healthy")]
    status = judge(CLUSTER, PLATFORM, views, NOW)
    lines = [click.unstyle(line).rstrip() for line in service_lines(CLUSTER, status)]
    assert [line.split("  ")[0] for line in lines] == ["proxy", "database", "identity", "images"]
    assert "not served: database, which it uses, is stopped; 1 of 3, running on n1; not ..." in lines[2]
    assert lines[3].endswith("not served: database, which it uses, is stopped; running on n1, n2, n3")
    assert not status.well
    found = {"well": status.well, "exit_code": status.exit_code} | asdict(status)
    SCHEMA.validate(json.loads(json.dumps(found, default=as_json)))
    assert "service-not-served" in {problem.code for problem in status.problems}
