"""One disk is given to two things.

Why: whoever comes second writes its own marks over the first one's data: DRBD its metadata, LVM its label, mkfs a file
system.
What to do: give each service a disk, partition or logical volume of its own.
Source: drbd.conf(5), "disk"; pvcreate(8)
"""

from collections.abc import Iterator

from quorate.catalog.storage import Provided
from quorate.check.context import Context
from quorate.check.storage import Held, collisions, mounts, stores
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report disks that two services take, and backing disks that a resource mounts as they are."""
    held = stores(cluster)
    for later, earlier in collisions(held, _disk):
        key = "device" if isinstance(later.store, Provided) else "disk"
        yield _finding(_disk(later), later.service, earlier.service, later.path(key))
    taken = {_disk(h): h.service for h in held if not isinstance(h.store, Provided)}
    for mount in mounts(cluster, context):
        if mount.store is None and mount.device in taken:
            yield _finding(mount.device, mount.primitive.id, taken[mount.device], mount.path("device"))


def _disk(held: Held) -> str | None:
    """Return the block device that is used as it is."""
    if not isinstance(held.store, Provided):
        return held.store.disk
    device = held.store.mount.device
    return device if device.startswith("/dev/") else None


def _finding(disk: str | None, later: str, earlier: str, path: tuple[str | int, ...]) -> Finding:
    return Finding(
        code="disk-used-twice",
        severity=Severity.ERROR,
        summary=f"{later} and {earlier} both use {disk}",
        why="whoever comes second overwrites the first one's data",
        fix=f"give {later} a disk of its own",
        path=path,
    )
