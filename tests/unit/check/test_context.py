"""Context and placement: where resources come from in the file, what carries them, and where they may run."""

import pytest

from quorate.catalog.services import kinds
from quorate.check.context import Context
from quorate.check.placement import allowed_nodes
from quorate.describe.cluster import Cluster
from quorate.describe.load import load

HEAD = """
cluster: places
nodes:
  n1: {links: [10.0.0.1, 10.1.0.1], fencing: {ipmi: 10.9.0.1}}
  n2: {links: [10.0.0.2, 10.1.0.2], fencing: {ipmi: 10.9.0.2}}
  n3: {links: [10.0.0.3, 10.1.0.3], fencing: {ipmi: 10.9.0.3}}
fencing: {ipmi: {user: a, password: {env: P}}}
"""
RESOURCES = """
services:
  site: {kind: web, address: 10.0.0.100/24, nodes: [n3, n1]}
resources:
  quick: {template: "ocf:pacemaker:Dummy", parameters: {fake: a}, operations: {monitor: {interval: 5s}}}
  one: {primitive: {template: quick}, parameters: {op_sleep: "1"}}
  two: {primitive: "ocf:pacemaker:Dummy", operations: {monitor: [{interval: 5s}, {interval: 6s}]}}
  pair: {group: [one, two]}
  pairs: {clone: pair}
  three: {primitive: "ocf:pacemaker:Dummy"}
"""


def read(text: str) -> tuple[Cluster, Context]:
    loaded = load(HEAD + text, "places.yaml", kinds())
    assert loaded.cluster is not None, loaded.findings
    return loaded.cluster, Context.of(loaded.cluster)


def test_a_resource_knows_where_it_comes_from() -> None:
    _, context = read(RESOURCES)
    assert context.path("site-apache") == ("services", "site")
    assert context.path("site", "meta", "priority") == ("services", "site", "meta", "priority")
    assert context.path("two", "operations") == ("resources", "two", "operations")


def test_a_template_lends_what_the_primitive_does_not_say() -> None:
    _, context = read(RESOURCES)
    one = next(p for p in context.primitives if p.id == "one")
    assert str(one.agent) == "ocf:pacemaker:Dummy"
    assert dict(one.parameters) == {"fake": "a", "op_sleep": "1"}
    assert context.operation_path(one, one.operations[0]) == ("resources", "quick", "operations", "monitor")


def test_several_monitors_are_told_apart() -> None:
    _, context = read(RESOURCES)
    two = next(p for p in context.primitives if p.id == "two")
    assert context.operation_path(two, two.operations[1]) == ("resources", "two", "operations", "monitor", 1)


def test_members_are_carried() -> None:
    _, context = read(RESOURCES)
    assert context.carrier("one") == "pairs"
    assert context.carrier("site-address") == "site"
    assert context.carriers == ("site", "pairs", "three")
    assert context.clone_of("two") is context.clones["pairs"]
    assert context.clone_of("three") is None


@pytest.mark.parametrize(
    ("constraints", "where"),
    [
        ("", {"n1", "n2", "n3"}),
        ("- {location: three, node: n1, score: -INFINITY}", {"n2", "n3"}),
        ("- {location: three, node: n1, score: -500}", {"n1", "n2", "n3"}),
        ("- {location: three, node: n1, score: INFINITY}", {"n1", "n2", "n3"}),
        ("- {location: three, node: n2, score: 1, discovery: exclusive}", {"n2"}),
        ("- {colocation: three, with: site}", {"n1", "n3"}),
        ("- {colocation: three, with: site, score: 900}", {"n1", "n2", "n3"}),
        ("- {colocation: three, with: site}\n  - {location: three, node: n3, score: -INFINITY}", {"n1"}),
    ],
)
def test_where_a_resource_may_run(constraints: str, where: set[str]) -> None:
    cluster, context = read(RESOURCES + (f"constraints:\n  {constraints}\n" if constraints else ""))
    assert allowed_nodes(cluster, context)["three"] == where


def test_in_an_opt_in_cluster_nothing_is_allowed_by_itself() -> None:
    opt_in = 'pacemaker: {properties: {symmetric-cluster: "false"}}\n'
    cluster, context = read(RESOURCES + opt_in)
    assert allowed_nodes(cluster, context)["three"] == set()
    assert allowed_nodes(cluster, context)["site"] == {"n1", "n3"}
