"""A disk is to be replicated between more or fewer than two nodes.

Why: DRBD 8.4, the module of Debian's kernel, connects exactly two nodes. On a third the resource is not defined, and
the agent refuses to run where the clone could have more than two instances.
What to do: name the two nodes in the service's `nodes:`, or set clone-max to 2 and keep the clone off the others.
Source: drbd.conf(5) of version 8.4, "resource"; ocf_linbit_drbd(7), "clone-max"
"""

from collections.abc import Iterator

from quorate.catalog.storage import Replicated
from quorate.check.context import Context
from quorate.check.storage import drbd_clones, stores
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_CODE = "drbd-nodes-not-two"


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report replicated stores with other than two nodes, and clones written by hand that may have more than two."""
    for held in stores(cluster):
        if isinstance(held.store, Replicated) and len(held.nodes) != 2:
            pair = [node.name for node in cluster.nodes][:2]
            several = len(cluster.nodes) > 1
            yield Finding(
                code=_CODE,
                severity=Severity.ERROR,
                summary=f"{held.service} replicates its disk, and may run on {len(held.nodes)} "
                + ("nodes" if len(held.nodes) > 1 else "node"),
                why="DRBD 8.4 connects exactly two",
                fix=f"write `nodes: [{', '.join(pair)}]` in {held.service}"
                if several
                else "use data: {filesystem: ...}",
                path=("services", held.service, "nodes"),
            )
    for _, clone in drbd_clones(context):
        path = context.path(clone.id)
        most = clone.meta.get("clone-max", str(len(cluster.nodes)))
        if path[0] == "resources" and most.isdigit() and int(most) > 2:
            yield Finding(
                code=_CODE,
                severity=Severity.ERROR,
                summary=f"{clone.id} may run DRBD on {most} nodes",
                why="DRBD 8.4 connects exactly two, and its agent refuses a clone that could have more instances",
                fix=f'add `meta: {{clone-max: "2"}}` to {clone.id}, and locations that keep it off '
                f"{listed(node.name for node in cluster.nodes[2:])}"
                if len(cluster.nodes) > 2
                else f'write `clone-max: "2"` in {clone.id}',
                path=context.path(clone.id, "meta", "clone-max"),
            )
