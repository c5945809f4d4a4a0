"""A service is given a directory for its data that the system needs, or that is not for one service alone.

Why: the directory is given to the service's own user, and closed to all others: what runs from there, or keeps its own
data there, does not any more.
What to do: give it a directory of its own, below such a one: /var/lib/NAME, /srv/NAME.
Source: hier(7)
"""

from collections.abc import Iterator

from quorate.catalog.services.glance import Glance
from quorate.check.context import Context
from quorate.check.system_directories import needed_in, plain
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report image services whose own directory is, or lies above, one that is needed, or lies in / itself."""
    for name, service in cluster.services.items():
        if not isinstance(service, Glance) or not service.data.local:
            continue
        directory = service.data.local
        needed = needed_in(directory)
        if needed is None and plain(directory).count("/") >= 2:
            continue
        reason = f"the system needs {needed}" if needed else "it is not for one service alone"
        yield Finding(
            code="directory-of-system",
            severity=Severity.ERROR,
            summary=f"{name} is given {directory}, and {reason}",
            why="it becomes the service's own, and is closed to everybody else",
            fix=f"give it a directory of its own, such as /var/lib/glance/{name}",
            path=("services", name, "data", "local"),
        )
