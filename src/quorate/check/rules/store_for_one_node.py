"""A service that runs on every node keeps its data on a store that is for one node at a time.

Why: DRBD is promoted on one node, and a volume group is active on one. The servers of the other nodes have no data,
and do not start.
What to do: use data that every node can have, {filesystem: ...} with a directory that the nodes share or an NFS export;
or make its entrance a service of kind address, so that one node runs it.
Source: drbd.conf(5), "net: allow-two-primaries"; ocf_heartbeat_LVM-activate(7)
"""

from collections.abc import Iterator

from quorate.catalog.site import Site
from quorate.catalog.storage import Provided
from quorate.check.context import Context
from quorate.check.storage import WAYS, stores
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Clone
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report replicated and shared disks of services that are clones."""
    for held in stores(cluster):
        site = Site(held.service, context.platform, cluster)
        carrying = next((r for r in site.service.resources(site).resources if r.id == held.service), None)
        if isinstance(carrying, Clone) and not isinstance(held.store, Provided):
            yield Finding(
                code="store-for-one-node",
                severity=Severity.ERROR,
                summary=f"{held.service} runs on every node, and {WAYS[type(held.store)]} is for one at a time",
                why="the servers of the other nodes would have no data",
                fix="use data: {filesystem: {device: ...}} with what the nodes share, or an entrance of kind address",
                path=held.path(),
            )
