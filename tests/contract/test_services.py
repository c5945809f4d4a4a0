"""Every kind of service keeps the protocol of catalog/service.py; nothing here names a kind."""

import ast
import inspect
import subprocess
from dataclasses import replace

import pytest
from pydantic import BaseModel

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.expand import expand, of_service
from quorate.catalog.made import named_in
from quorate.catalog.parts import CLONES, is_part
from quorate.catalog.platforms import platforms
from quorate.catalog.service import Probe, Service
from quorate.catalog.services import kinds
from quorate.catalog.site import Site
from quorate.describe.load import load
from quorate.describe.resources import Clone, Colocation, Primitive
from quorate.describe.schema import schema
from quorate.explore.leaning import used
from quorate.render.cib import cib, expected, text

AGENTS = AgentLibrary.shipped()


@pytest.fixture(params=kinds().values(), ids=lambda kind: kind.kind)
def kind(request):
    return request.param


@pytest.fixture(params=platforms(), ids=lambda platform: platform.name)
def platform(request):
    return request.param


@pytest.fixture
def cluster(kind):
    loaded = load(kind.example, f"{kind.kind}.yaml", kinds())
    assert loaded.findings == []
    return loaded.cluster


@pytest.fixture
def service(cluster, kind):
    """The service of the kind's own example, with its name."""
    [found] = [(name, service) for name, service in cluster.services.items() if isinstance(service, kind)]
    return found


def test_its_file_is_named_for_its_kind_and_it_says_what_it_is(kind):
    assert issubclass(kind, Service)
    assert kind.__module__.rpartition(".")[2] == kind.kind.replace("-", "_")
    assert kind.__doc__


def test_every_option_is_explained(kind):
    """`quorate new` and the reference print the docstring, so an option that it leaves out is nowhere explained."""
    own = kind.model_fields.keys() - Service.model_fields.keys()
    assert [name for name in own if name not in kind.__doc__] == []
    assert issubclass(kind, BaseModel)


def test_every_key_of_its_nested_options_is_described(kind):
    """These stand in the reference and in editors with their description alone."""
    known = schema(kinds())["$defs"]
    others = tuple(f"service-{name}" for name in kinds() if name.startswith(f"{kind.kind}-"))
    nested = {n: d for n, d in known.items() if n.startswith(f"service-{kind.kind}-") and not n.startswith(others)}
    assert [name for name, definition in nested.items() if not definition.get("description")] == []
    fields = [(name, key, field) for name, d in nested.items() for key, field in d["properties"].items()]
    assert [(name, key) for name, key, field in fields if not field.get("description")] == []


def test_its_example_is_short_and_secret_free(kind):
    assert len(kind.example.strip().splitlines()) <= 20
    assert "password: {env:" in kind.example


def test_it_uses_only_words_that_every_platform_knows(service, platform):
    assert set(service[1].packages()) <= platform.packages.keys()


def test_its_units_are_full_names(service, platform):
    assert all(unit.endswith(".service") for unit in service[1].units(platform))


def test_its_files_are_whole_and_the_same_each_time(service, platform, cluster):
    name, described = service
    for node in cluster.nodes:
        files = described.files(Site(name, platform, cluster), node)
        assert files == described.files(Site(name, platform, cluster), node)
        for file in files:
            assert file.path.startswith("/")
            assert file.content.endswith("\n")


def test_secrets_are_named_for_it_and_stand_where_they_are_filled_in(service, platform, cluster):
    """Every secret in a file or an input is some service's; none is in an argument vector."""
    name, described = service
    site = Site(name, platform, cluster)
    own = [one.name for one in described.secrets(site)]
    assert all(one.startswith(f"{name}.") for one in own)
    assert len(set(own)) == len(own)
    sites = [Site(other, platform, cluster) for other in cluster.services]
    known = {one.name for other in sites for one in other.service.secrets(other)}
    files = [file.content for node in site.nodes for file in described.files(site, node)]
    tasks = described.settings_up(site)
    inputs = [text for task in tasks for text in (task.input, task.ask_input)]
    assert {secret for content in (*files, *inputs) for secret in named_in(content)} <= known
    words = [word for task in tasks for word in (*task.asks, *task.does)]
    assert not any(named_in(word) for word in words)


def test_the_service_carries_its_own_name(service, platform, cluster):
    """One resource is called as the service, and runs only where what stands beside it does: clones of its name."""
    name, described = service
    made = described.resources(Site(name, platform, cluster))
    resources = made.resources
    ids = [resource.id for resource in resources]
    members = {m for r in resources for m in getattr(r, "members", ())} | {
        getattr(r, "member", None) for r in resources
    }
    beside = {resource.id for resource in resources if resource.id not in members} - {name}
    assert name in set(ids) - members
    kept_to = {c.with_resource for c in made.constraints if isinstance(c, Colocation) and c.resource == name}
    assert all(isinstance(r, Clone) and (r.promotable or r.id in kept_to) for r in resources if r.id in beside)
    assert all(id_ == name or id_.startswith(f"{name}-") for id_ in ids)


def test_what_it_makes_is_known_as_its_own(service, platform, cluster):
    """Else it would be taken for somebody's when the service becomes another kind, and be left behind."""
    name, described = service
    some = described.model_copy(update={"nodes": tuple(node.name for node in cluster.nodes[:1])})
    made = of_service(Site(name, platform, replace(cluster, services={**cluster.services, name: some})))
    ids = {one.id for one in (*made.resources, *made.constraints)}
    assert {id_ for id_ in ids if not is_part(id_, cluster.services)} == {name}


def test_what_stands_beside_it_is_known_by_its_agent(service, platform, cluster):
    """Else it would be left behind, or somebody's own would be taken for it."""
    name, described = service
    made = described.resources(Site(name, platform, cluster)).resources
    primitives = {one.id: one for one in made if isinstance(one, Primitive)}
    beside = {
        one.id: (one.member, str(primitives[one.member].agent))
        for one in made
        if isinstance(one, Clone) and one.id != name
    }
    known = {f"{name}-{part}": (f"{name}-{member}", agent) for part, (member, agent) in CLONES.items()}
    assert beside.items() <= known.items()


def test_what_it_mounts_is_among_its_resources(service, platform, cluster):
    name, described = service
    store = described.store(name)
    mounts = [
        primitive.parameters["directory"]
        for primitive in described.resources(Site(name, platform, cluster)).primitives
        if primitive.agent.type == "Filesystem"
    ]
    assert mounts == ([store.mount.directory] if store else [])
    assert described.seed(name, platform) is None or store is not None


def test_its_agents_are_known_and_given_what_they_need(service, platform, cluster):
    name, described = service
    for primitive in described.resources(Site(name, platform, cluster)).primitives:
        agent = AGENTS.get(primitive.agent)
        assert agent is not None, primitive.agent
        assert set(agent.must_be_given()) <= primitive.parameters.keys()
        assert not agent.parameters or primitive.parameters.keys() <= agent.parameters.keys()
        assert [op for op in primitive.operations if op.name == "monitor"], f"{primitive.id} is not monitored"


def test_meta_goes_to_the_resource_that_carries_it(service, platform, cluster):
    name, described = service
    marked = described.model_copy(update={"meta": {"priority": "7"}})
    site = Site(name, platform, cluster)
    before = {r.id: dict(r.meta) for r in described.resources(site).resources}[name]
    after = {r.id: dict(r.meta) for r in marked.resources(site).resources}[name]
    assert after == {**before, "priority": "7"}
    assert before.keys() <= {"interleave"}


def test_addresses_and_probe_fit_together(service, platform, cluster):
    """A server on every node is asked at the proxy's address; without one, at the first node's own."""
    name, described = service
    site = Site(name, platform, cluster)
    probe = described.probe(site)
    assert probe is None or isinstance(probe, Probe)
    if probe is not None:
        proxies = [address for other in site.beside("entrance") for address in other.service.addresses()]
        known = [*described.addresses(), *proxies]
        assert any(str(address.ip) in probe.target for address in known or [site.nodes[0].links[0]])
    assert all(0 < port < 65536 for ports in described.listens().values() for port in ports)
    assert not {*described.inner_ports()} & {*described.listens().get("tcp", ())}


def test_it_is_data_only(kind):
    tree = ast.parse(inspect.getsource(inspect.getmodule(kind)))
    imported = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    assert not imported & {"asyncio", "os", "pathlib", "socket", "subprocess", "time", "lxml"}


def test_it_is_among_what_is_expected_to_run(service, platform, cluster):
    name, described = service
    own = {p.id for p in described.resources(Site(name, platform, cluster)).primitives}
    assert own <= set(expected(cluster, platform))
    assert own <= {p.id for p in expand(cluster, platform).primitives}


@pytest.mark.tools
def test_its_example_renders_a_cib_without_a_warning(cluster, platform, tmp_path):
    file = tmp_path / "cib.xml"
    file.write_text(text(cib(cluster, AGENTS, platform)))
    done = subprocess.run(["crm_verify", "-VV", "-x", file], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    assert "error" not in done.stderr


def test_what_it_uses_is_in_the_file_and_comes_to_an_end(cluster, platform):
    """Who uses whom is asked by explore, plan and status; a circle would leave nobody to be started first."""
    sites = {name: Site(name, platform, cluster) for name in cluster.services}
    direct = {name: list(site.service.uses(site)) for name, site in sites.items()}
    assert {used for names in direct.values() for used in names} <= set(cluster.services)
    assert all(name not in used(name, direct) for name in direct)
    assert all(set(site.service.remembers(site)) <= set(direct[name]) for name, site in sites.items())


def test_what_the_loss_of_a_server_costs_says_where_that_comes_from(service, platform, cluster):
    name, described = service
    servers = described.servers(Site(name, platform, cluster))
    assert min(servers.died_s, servers.silent_s, servers.stopped_s) >= 0
    assert bool(servers.source) is bool(servers.died_s or servers.silent_s or servers.stopped_s)


def test_members_that_only_vote_are_its_own_on_nodes_of_the_file(service, platform, cluster):
    name, described = service
    here = Site(name, platform, cluster)
    voters = described.servers(here).arbitrators
    assert {primitive for primitive, _ in voters} <= {one.id for one in described.resources(here).resources}
    assert {node for _, node in voters} <= {node.name for node in cluster.nodes}


def test_the_links_that_it_talks_over_are_links_of_the_file(service, platform, cluster):
    name, described = service
    links = described.talks_over(Site(name, platform, cluster))
    assert set(links) <= set(range(min(len(node.links) for node in cluster.nodes)))
    assert len(set(links)) == len(links)
