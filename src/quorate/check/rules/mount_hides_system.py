"""A file system is mounted over a directory that the system needs.

Why: what lies below disappears while it is mounted: programs, configuration, or Pacemaker's own state. The node breaks
in the middle of a failover, and cannot even stop what it runs.
What to do: mount it on a directory of its own, such as /srv/NAME, and tell the service where its data are.
Source: hier(7); mount(8)
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.storage import mounts
from quorate.check.system_directories import needed_in
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report mount points that are, or lie above, a directory that is needed; and those below the kernel's own."""
    for mount in mounts(cluster, context):
        hidden = needed_in(mount.directory)
        if hidden is not None:
            yield Finding(
                code="mount-hides-system",
                severity=Severity.ERROR,
                summary=f"{mount.primitive.id} is mounted on {mount.directory}, and hides {hidden}",
                why="while it is mounted the node lacks what it needs to run and to stop services",
                fix=f"mount it on a directory of its own, such as /srv/{mount.base[-1]}",
                path=mount.path("directory"),
            )
