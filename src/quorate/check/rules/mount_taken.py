"""Two file systems are mounted on the same directory.

Why: on a node that has both, the second hides the first. A service then writes to the other one's disk, and nothing of
its own data is to be seen.
What to do: give each a directory of its own; left out, a service's is /srv/NAME.
Source: mount(8)
"""

from collections.abc import Iterator
from posixpath import normpath

from quorate.check.context import Context
from quorate.check.placement import allowed_nodes
from quorate.check.storage import Mounted, mounts
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, context: Context) -> Iterator[Finding]:
    """Report mount points that two resources use which may run on one node."""
    allowed = allowed_nodes(cluster, context)
    seen: list[Mounted] = []
    for mount in mounts(cluster, context):
        nodes = allowed[context.carrier(mount.primitive.id)]
        for earlier in seen:
            same = normpath(mount.directory) == normpath(earlier.directory)
            if same and nodes & allowed[context.carrier(earlier.primitive.id)]:
                yield Finding(
                    code="mount-taken",
                    severity=Severity.ERROR,
                    summary=f"{mount.primitive.id} and {earlier.primitive.id} are both mounted on {mount.directory}",
                    why="on one node the second hides the first",
                    fix=f"give {mount.primitive.id} a directory of its own",
                    path=mount.path("directory"),
                )
                break
        seen.append(mount)
