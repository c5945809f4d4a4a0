"""A Galera database has an even number of members, or only one.

Why: more than half of the members that were there last go on; of two, one that is left cannot know whether the other is
dead or only out of reach, and stops. Four split into two halves that both stop. A single one has nobody to take over.
What to do: give it three nodes, or five; of three, one may be an arbitrator without data (`arbitrator:`).
Source: Galera Cluster documentation, "Weighted Quorum"
"""

from collections.abc import Iterator

from quorate.catalog.services.galera import Galera
from quorate.catalog.site import nodes_of
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report services of kind galera whose nodes cannot outvote the loss of one, or of half of them."""
    for name, service in cluster.services.items():
        if not isinstance(service, Galera):
            continue
        count = len(nodes_of(cluster, service))
        if count % 2 and count > 1:
            continue
        yield Finding(
            code="galera-members-even",
            severity=Severity.WARNING,
            summary=f"{name} has {count} members" if count > 1 else f"{name} has one member",
            why="the loss of one stops the other: it cannot know whether the other still takes writes"
            if count == 2
            else "a network split in the middle stops both halves"
            if count > 2
            else "when its node is lost nobody takes over, and no other has its data",
            fix="give it three nodes" if count < 3 else f"give it {count + 1} nodes, or {count - 1}",
            path=("services", name, "nodes") if service.nodes else ("services", name),
        )
