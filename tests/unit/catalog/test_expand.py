from quorate.catalog.expand import expand
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.catalog.site import nodes_of
from quorate.describe.load import load
from quorate.describe.resources import Location

FILE = """
cluster: c
nodes:
  n1: {links: [10.0.0.1], fencing: {ipmi: 10.0.9.1}}
  n2: {links: [10.0.0.2], fencing: {ipmi: 10.0.9.2}}
  n3: {links: [10.0.0.3], fencing: {ipmi: 10.0.9.3}}
fencing: {ipmi: {user: a, password: {env: A}}}
services:
  one: {kind: address, address: 10.0.0.50/24, nodes: [n3, n1]}
  two: {kind: address, address: 10.0.0.51/24}
resources:
  own: {primitive: "ocf:pacemaker:Dummy"}
constraints:
  - {location: own, node: n1, score: 1}
"""


def cluster():
    loaded = load(FILE, "c.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster


def test_services_come_first_then_the_files_own_resources():
    found = expand(cluster(), PLATFORM)
    assert [resource.id for resource in found.resources] == ["one", "two", "own"]
    assert [constraint.resource for constraint in found.constraints] == ["one", "one", "one", "own"]


def test_nodes_become_falling_scores_and_the_others_are_ruled_out():
    assert expand(cluster(), PLATFORM).constraints[:3] == (
        Location("one-prefers-n3", "one", "n3", "20"),
        Location("one-prefers-n1", "one", "n1", "10"),
        Location("one-never-on-n2", "one", "n2", "-INFINITY"),
    )


def test_a_preference_never_outweighs_the_default_stickiness():
    base = cluster()
    scores = [int(c.score) for c in expand(base, PLATFORM).constraints if c.score.isdigit()]
    assert max(scores) * 32 / 2 < int(base.pacemaker.stickiness)


def test_a_service_without_nodes_may_run_everywhere():
    base = cluster()
    assert [node.name for node in nodes_of(base, base.services["one"])] == ["n3", "n1"]
    assert nodes_of(base, base.services["two"]) == base.nodes
