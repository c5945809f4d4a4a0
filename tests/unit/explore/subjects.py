"""Subjects for tests, each from a cluster file, and what runs where at rest."""

from functools import cache

from quorate.catalog.agents import AgentLibrary
from quorate.catalog.platforms.debian import PLATFORM
from quorate.catalog.services import kinds
from quorate.describe.load import load
from quorate.explore.of_cluster import of_cluster
from quorate.explore.scheduler.transition import Instance, Placement

DATABASE = "services: {database: {kind: mariadb, data: {drbd: {disk: /dev/sda3}}, address: 10.1.0.50/24}}\n"
SITE = "services: {site: {kind: web, address: 10.1.0.51/24}}\n"


def nodes(count, links=2):
    """Return the section nodes, each node with links 10.1.0.i, 10.2.0.i ... and a board at 10.9.0.i."""
    lines = [
        f"  n{i}: {{links: [{', '.join(f'10.{link}.0.{i}' for link in range(1, links + 1))}], "
        f"fencing: {{ipmi: 10.9.0.{i}}}}}\n"
        for i in range(1, count + 1)
    ]
    return f"cluster: test\nnodes:\n{''.join(lines)}"


IPMI = "fencing: {ipmi: {user: admin, password: {env: IPMI}}}\n"


@cache
def subject_of(count=3, services=SITE, links=2, fencing=IPMI, more=""):
    """Return the Subject of so many nodes, all with boards of their own."""
    result = load(nodes(count, links) + fencing + services + more, "test.yaml", kinds())
    assert result.cluster is not None, result.findings
    return of_cluster(result.cluster, AgentLibrary.shipped(), PLATFORM)


def at_rest(subject, node="n1", **states):
    """Return a placement in which every primitive is active on one node; clones on all, promoted on that one."""
    instances = set()
    for part in subject.parts.values():
        if part.clone and part.service:
            for each in subject.service(part.service).nodes:
                role = ("Promoted" if each == node else "Unpromoted") if part.promotable else "Started"
                instances.add(Instance(part.id, each, role))
        elif part.service:
            instances.add(Instance(part.id, node, "Started"))
    return Placement(dict.fromkeys(subject.nodes, "online") | states, frozenset(instances))
