"""What services say of themselves: asked and judged by a made-up kind's file, shown below the service."""

import asyncio
import json
from dataclasses import asdict
from types import SimpleNamespace

import click
import pytest

from quorate.catalog.platforms.debian import PLATFORM
from quorate.errors import HostUnreachable, QuorateError, Unknown
from quorate.findings import Finding, Severity
from quorate.machines.fake import Answer, FakeHost
from quorate.machines.host import command
from quorate.operate.insight import TIMEOUT_S, Insight, Line, each, look, sites_of
from quorate.operate.status import judge
from quorate.ui.screen import service_lines
from quorate.ui.terminal import as_json

from .cases import DATA, NOW, Cases

OPERATE = Cases(DATA / "operate")
CLUSTER = OPERATE.cluster
ASK = command("hive", "queen")


async def ask(host):
    return (await host.run(ASK, timeout_s=TIMEOUT_S)).stdout


async def look_at_hive(hosts, site):
    assert site.name == "site"
    return await each(hosts, ask)


def judge_hive(facts, site, running):
    for name, said in facts.items():
        if isinstance(said, QuorateError):
            yield Line(said.message, "unknown", name, serves=False)
        elif name in running:
            yield Line(f"queen {said}", node=name, serves=True, values={"queen": said})
    if len({said for said in facts.values() if isinstance(said, str)}) > 1:
        yield Finding("two-queens", Severity.ERROR, "two queens", "they swarm", "take one away")


HIVE = {"web": SimpleNamespace(KIND="web", look=look_at_hive, judged=judge_hive)}


def within(**said):
    hosts = {name: FakeHost(name, {str(ASK): answer}) for name, answer in said.items()}
    return asyncio.run(look(hosts, CLUSTER, PLATFORM, HIVE))


def insight(running=frozenset({"n1", "n2", "n3"}), **said):
    return within(**said).insight(next(sites_of(CLUSTER, PLATFORM)), running)


def test_all_nodes_are_asked_and_one_without_an_answer_says_why():
    told = insight(n1="ada", n2=Unknown("n2: nobody is at home."), n3="ada")
    assert [(line.node, line.words, line.state) for line in told.lines] == [
        ("n1", "queen ada", "good"),
        ("n2", "n2: nobody is at home.", "unknown"),
        ("n3", "queen ada", "good"),
    ]
    assert told.findings == ()


def test_a_finding_points_at_the_service_in_the_file():
    [finding] = insight(n1="ada", n2="eve").findings
    assert finding.code == "two-queens"
    assert finding.path == ("services", "site")


def test_who_is_judged_knows_where_pacemaker_runs_it():
    assert [line.node for line in insight(running=frozenset({"n2"}), n1="ada", n2="ada").lines] == ["n2"]


def test_a_kind_that_can_say_nothing_is_unknown_and_never_well():
    async def fail(hosts, site):
        raise Unknown("no hive answers.", "Open it.")

    files = {"web": SimpleNamespace(KIND="web", look=fail, judged=judge_hive)}
    asked = asyncio.run(look({}, CLUSTER, PLATFORM, files))
    told = asked.insight(next(sites_of(CLUSTER, PLATFORM)), frozenset())
    assert [(line.words, line.state) for line in told.lines] == [("not known: no hive answers.", "unknown")]
    assert [(f.code, f.severity, f.fix) for f in told.findings] == [("service-silent", Severity.WARNING, "Open it.")]


def test_a_defect_in_a_file_of_a_kind_is_raised():
    async def wrong(hosts, site):
        return await each(hosts, lambda host: host.nothing)

    files = {"web": SimpleNamespace(KIND="web", look=wrong, judged=judge_hive)}
    with pytest.raises(AttributeError):
        asyncio.run(look({"n1": FakeHost("n1")}, CLUSTER, PLATFORM, files))


def test_services_whose_kind_has_no_file_are_not_asked():
    assert asyncio.run(look({"n1": FakeHost("n1")}, CLUSTER, PLATFORM, {})).facts == {}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), None),
        ((Line("empty"),), None),
        ((Line("a", node="n1", serves=True), Line("b", node="n2", serves=False)), None),
        ((Line("a", node="n1", serves=False), Line("b", node="n2", serves=False)), "a"),
        ((Line("a", node="n1", serves=True), Line("no majority", serves=False)), "no majority"),
        ((Line("a", node="n1", serves=False), Line("the proxy serves", serves=True)), None),
    ],
)
def test_not_served_is_what_the_whole_says_or_every_server(lines, why):
    silent = Insight(lines).silent
    assert (silent.words if silent else None) == why


def status(**said):
    return judge(OPERATE.cluster, PLATFORM, OPERATE.views("healthy"), NOW, within(**said))


def test_status_shows_the_lines_below_the_service_and_the_findings_among_the_problems():
    judged = status(n2=HostUnreachable("n2 is gone.", ""), n3="ada")  # the service runs on n3
    shown = [click.unstyle(line) for line in service_lines(OPERATE.cluster, judged)]
    assert [line.strip() for line in shown[1:]] == ["n2: n2 is gone.", "n3: queen ada"]
    assert all(line.startswith(" " * len("site  web 10.20.0.100  ")) for line in shown[1:])
    assert "two-queens" in {problem.code for problem in status(n1="eve", n3="ada").problems}
    assert not status(n1="eve", n3="ada").well


def test_json_has_the_values():
    [service] = json.loads(json.dumps(asdict(status(n3="ada")), default=as_json))["services"]
    assert service["inside"] == [
        {"words": "queen ada", "state": "good", "node": "n3", "serves": True, "values": {"queen": "ada"}}
    ]


def test_what_a_command_failed_with_is_an_answer_too():
    told = insight(n1=Answer(status=1, stderr="no"), n3="ada")
    assert [line.node for line in told.lines if line.state == "unknown"] == ["n1"]
