"""Images lie in a directory of each node's own, and more than one node may run the image service.

Why: an image lies where it was uploaded. Behind a proxy it is found by one request and missed by the next, and after
the loss of its node by none; behind a floating address it is gone with every failover.
What to do: keep images on what the nodes share, data: {filesystem: {device: ...}}, or run the service on one node.
Source: glance's configuration reference, filesystem_store_datadir
"""

from collections.abc import Iterator

from quorate.catalog.services.glance import Glance
from quorate.catalog.site import nodes_of
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report image services with local images that several nodes may run."""
    for name, service in cluster.services.items():
        if isinstance(service, Glance) and service.data.local and len(nodes_of(cluster, service)) > 1:
            yield Finding(
                code="images-on-one-node",
                severity=Severity.WARNING,
                summary=f"{name} keeps each image on the one node that took it",
                why="the servers of other nodes do not find it, and it is gone with its node",
                fix="write data: {filesystem: {device: ...}} with a directory that the nodes share, or an NFS export",
                path=("services", name, "data"),
            )
