"""A cluster of several nodes runs without fencing.

Why: a node that stops answering is then taken for dead although it may still be writing. Its services are started
elsewhere while it still runs them: two nodes answer on one address, two nodes write to one disk or database.
What to do: give every node a way to be switched off (`fencing: {ipmi: ADDRESS}`) and leave `enabled` out.
Source: pacemaker-schedulerd(7), stonith-enabled; Pacemaker Explained, "Why Is Fencing Necessary?"
"""

from collections.abc import Iterator

from quorate.catalog.storage import Provided, Replicated, SharedVolume, Store
from quorate.check.context import Context
from quorate.check.storage import stores
from quorate.check.words import listed
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

# Agents whose resource is data on a disk or in a database: twice active means damaged.
_DATA = frozenset(
    {"Filesystem", "LVM", "LVM-activate", "drbd", "Raid1", "mdraid", "ZFS", "mysql", "mariadb", "galera", "pgsql"}
    | {"oracle", "db2", "VirtualDomain", "iSCSITarget", "iSCSILogicalUnit", "nfsserver", "exportfs", "redis"}
    | {"rabbitmq-cluster", "rabbitmq-server-ha", "SAPDatabase", "openstack-cinder-volume"}
)

_LOSS: dict[type[Store], str] = {
    Replicated: "; of a replicated disk, what one side acknowledged meanwhile is thrown away",
    SharedVolume: "; a shared disk is damaged for good",
    Provided: "; a shared directory or disk is damaged for good",
}


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report fencing that is off; an error where resources hold data."""
    if cluster.fencing.enabled or len(cluster.nodes) == 1:
        return
    data = [p.id for p in context.primitives if p.agent and p.agent.type in _DATA]
    holding = f", and {listed(data)} would write on both" if data else ""
    holding += "".join(sorted({_LOSS[type(held.store)] for held in stores(cluster)}))
    yield Finding(
        code="fencing-disabled",
        severity=Severity.ERROR if data else Severity.WARNING,
        summary="fencing is switched off",
        why=f"a node that only stopped answering is taken for dead; its services then run twice{holding}",
        fix="remove the line, and give every node a fencing device, e.g. `fencing: {ipmi: ADDRESS}`",
        path=("fencing", "enabled"),
    )
