"""A file system for one node is mounted on several at once.

Why: ext4, xfs and btrfs do not know of each other. Mounted from a shared disk by two nodes they are destroyed within
minutes.
What to do: run it on one node at a time (no clone); for real sharing use GFS2, OCFS2 or NFS. It is harmless only where
the device is a disk of each node's own.
Source: ocf_heartbeat_Filesystem(7), force_clones
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_LOCAL = {"ext2", "ext3", "ext4", "xfs", "btrfs", "reiserfs", "jfs", "vfat", "zfs"}


def check(_cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report Filesystem resources within clones that are not promotable."""
    for primitive in context.primitives:
        clone, kind = context.clone_of(primitive.id), primitive.parameters.get("fstype")
        if primitive.agent and primitive.agent.type == "Filesystem" and kind in _LOCAL and clone is not None:
            yield Finding(
                code="filesystem-cloned",
                severity=Severity.WARNING,
                summary=f"{primitive.id} is {kind}, and the clone {clone.id} mounts it on several nodes",
                why=f"two nodes that mount one {kind} destroy it",
                fix=f"remove the clone {clone.id}, unless every node has a disk of its own there",
                path=context.path(clone.id),
            )
