"""Two replicated devices of a node have the same number.

Why: the number is the device: /dev/drbd0 can be one of them only. The second does not come up, or is taken for the
first.
What to do: give each its own `minor`. Left out it is 0 for a mariadb and 1 for a rabbitmq.
Source: drbd.conf(5), "device"
"""

from collections.abc import Iterator

from quorate.catalog.storage import Replicated
from quorate.check.context import Context
from quorate.check.storage import Held, collisions, stores
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report the second device of a minor."""
    held = stores(cluster)
    used = {minor for minor in map(_minor, held) if minor is not None}
    free = next(number for number in range(len(used) + 1) if number not in used)
    for later, earlier in collisions(held, _minor):
        yield Finding(
            code="drbd-minor-taken",
            severity=Severity.ERROR,
            summary=f"{later.service} and {earlier.service} are both /dev/drbd{_minor(later)}",
            why="a device can be one of them only",
            fix=f"write `minor: {free}` in {later.service}",
            path=later.path("minor"),
        )


def _minor(held: Held) -> int | None:
    return held.store.minor if isinstance(held.store, Replicated) else None
