"""The cluster has the name that packages or tutorials give to every cluster.

Why: nodes with one cluster name, one network and one key are one cluster. "debian" is what Debian's package is
configured with, "hacluster" what crmsh proposes; with transport udp the multicast address is computed from the name,
so two such clusters hear each other.
What to do: choose a name that is unique in your network.
Source: corosync.conf(5), cluster_name
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_COMMON = {"debian", "hacluster", "mycluster", "my_cluster", "my-cluster", "cluster", "pcmk", "testcluster"}


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a name everybody has."""
    if cluster.name.lower() in _COMMON:
        yield Finding(
            code="cluster-name-common",
            severity=Severity.WARNING,
            summary=f"{cluster.name} is the name of many clusters",
            why="a second cluster of that name in the network can be taken for a part of this one",
            fix=f"choose a name of its own, e.g. `cluster: {cluster.nodes[0].name}-ha`",
            path=("cluster",),
        )
