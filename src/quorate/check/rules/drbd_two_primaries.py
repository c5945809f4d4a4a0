"""A replicated device may be primary on both nodes.

Why: with two primaries both nodes may mount it. Any file system but GFS2 and OCFS2 is destroyed by that, and after a
cut between the nodes each side has writes that the other lacks.
What to do: remove promoted-max (it is 1 by default), and allow-two-primaries in the device's own configuration.
Source: DRBD User's Guide, "Dual-primary mode"; Pacemaker Explained, "Promotable clones", promoted-max
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.storage import CLUSTERED, drbd_clones, mounts
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report DRBD clones with several promoted instances, unless a cluster file system is mounted from DRBD."""
    shared = any(m.type in CLUSTERED and m.device.startswith("/dev/drbd") for m in mounts(cluster, context))
    for _, clone in drbd_clones(context):
        word = next((word for word in ("promoted-max", "master-max") if word in clone.meta), "")
        if word and not shared and clone.meta[word] not in {"0", "1"}:
            yield Finding(
                code="drbd-two-primaries",
                severity=Severity.ERROR,
                summary=f"{clone.id} may have DRBD primary on {clone.meta[word]} nodes, without a cluster file system",
                why="two nodes that mount one device destroy what is on it",
                fix=f"remove {word}",
                path=context.path(clone.id, "meta", word),
            )
