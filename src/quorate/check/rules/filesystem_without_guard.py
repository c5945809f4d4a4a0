"""A disk that several nodes see is mounted as it is.

Why: nothing but the cluster keeps it from being mounted on two nodes at once: not fsck at boot, not a person. LVM gives
it an owner (system ID), and refuses every other node.
What to do: keep it in a volume group: `data: {lvm: {disk: ...}}`, or ocf:heartbeat:LVM-activate before the file system.
Source: lvmsystemid(7); ocf_heartbeat_LVM-activate(7)
"""

import re
from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.placement import allowed_nodes
from quorate.check.storage import ONE_NODE, is_of, mounts, parameter
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_OWNED = ("/dev/drbd", "/dev/md")  # one node has them because of DRBD's roles, or the agent that assembles them

_VOLUME = re.compile(r"/dev/(?!disk/|mapper/)[^/]+/[^/]+")


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report file systems for one node on plain devices, where they may move."""
    groups = [parameter(p, "vgname") for p in context.primitives if is_of(p, "LVM-activate")]
    owned = (*_OWNED, *(start for group in groups for start in _volumes(group)))
    allowed = allowed_nodes(cluster, context)
    for mount in mounts(cluster, context):
        carrier = context.carrier(mount.primitive.id)
        plain = mount.device.startswith(("/dev/", "-L", "-U")) and not mount.device.startswith(owned)
        if plain and mount.type in ONE_NODE and len(allowed[carrier]) > 1 and carrier not in context.clones:
            yield Finding(
                code="filesystem-without-guard",
                # A volume group that the cluster does not activate may have been given an owner by other means.
                severity=Severity.INFO if _VOLUME.fullmatch(mount.device) else Severity.WARNING,
                summary=f"{mount.primitive.id} mounts {mount.type} from {mount.device}, which any node may mount",
                why="nothing but the cluster keeps a second node from mounting it, and that destroys it",
                fix="keep it in a volume group of its own: LVM knows whose it is, and refuses the others",
                path=mount.path("device"),
            )


def _volumes(group: str) -> tuple[str, str]:
    """Return how the paths of a group's volumes begin; the device mapper doubles hyphens."""
    return f"/dev/{group}/", f"/dev/mapper/{group.replace('-', '--')}-"
