"""A disk that several nodes see is named by a letter.

Why: /dev/sdb is whatever the kernel found second. After a boot, or with one more disk, the letter means another, and
not the same on every node.
What to do: write its path below /dev/disk/by-id, which the disk carries itself.
Source: udev(7), "SYMLINK"; systemd's 60-persistent-storage.rules
"""

import re
from collections.abc import Iterator

from quorate.catalog.storage import SharedVolume
from quorate.check.context import Context
from quorate.check.storage import mounts, stores
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_LETTER = re.compile(r"/dev/((s|v|h|xv)d[a-z]+[0-9]*|nvme[0-9]+n[0-9]+(p[0-9]+)?|dm-[0-9]+)")


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Remark upon shared disks, and devices mounted as they are, that are named by letter."""
    for held in stores(cluster):
        if isinstance(held.store, SharedVolume) and _LETTER.fullmatch(held.store.disk):
            yield _finding(held.service, held.store.disk, held.path("disk"))
    for mount in mounts(cluster, context):
        if _LETTER.fullmatch(mount.device):
            yield _finding(mount.primitive.id, mount.device, mount.path("device"))


def _finding(name: str, disk: str, path: tuple[str | int, ...]) -> Finding:
    return Finding(
        code="shared-disk-by-letter",
        severity=Severity.INFO,
        summary=f"{name} lies on {disk}, a name that may change from boot to boot",
        why="the letter means whatever the kernel found in that order, on each node for itself",
        fix="write its path below /dev/disk/by-id (ls -l /dev/disk/by-id on a node)",
        path=path,
    )
