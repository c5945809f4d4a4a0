"""A file system has a type that Linux does not know.

Why: the agent hands it to mount(8), which refuses it, on each node in turn.
What to do: write what `mount -t` takes, such as xfs, ext4, nfs, or none for a bind mount.
Source: mount(8), "-t"; filesystems(5)
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.storage import CLUSTERED, ONE_NODE, mounts
from quorate.check.words import perhaps
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_OTHERS = {"none", "auto", "bind", "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "lustre", "tmpfs", "overlay"}
_OTHERS |= {
    "iso9660",
    "udf",
    "ntfs",
    "ntfs3",
    "exfat",
    "msdos",
    "9p",
    "virtiofs",
    "gpfs",
    "beegfs",
    "squashfs",
    "erofs",
}


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report types that are neither known nor handled by a helper program (they have a dot: fuse.sshfs)."""
    known = ONE_NODE | CLUSTERED | _OTHERS
    for mount in mounts(cluster, context):
        if mount.type and mount.type not in known and "." not in mount.type and not mount.type.startswith("fuse"):
            yield Finding(
                code="filesystem-type-unknown",
                severity=Severity.WARNING,
                summary=f"{mount.primitive.id} has the unknown type {mount.type}{perhaps(mount.type, known)}",
                why="mount(8) refuses what neither the kernel nor a helper program knows",
                fix="write what `mount -t` takes, such as xfs, ext4 or nfs",
                path=mount.path("fstype"),
            )
