"""auto_tie_breaker is on together with a quorum device.

Why: they cannot be combined, and Corosync refuses to start with both ("quorum.device is not compatible with
auto_tie_breaker").
What to do: remove `auto_tie_breaker`; the device breaks ties itself (`tie_breaker` in `quorum.device`).
Source: votequorum(5), auto_tie_breaker; corosync-qdevice(8), tie_breaker
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report auto_tie_breaker with a quorum device."""
    if cluster.quorum.auto_tie_breaker is not None and cluster.quorum.device is not None:
        yield Finding(
            code="tie-breaker-with-device",
            severity=Severity.ERROR,
            summary="auto_tie_breaker and a quorum device exclude each other",
            why="Corosync refuses to start",
            fix="remove `auto_tie_breaker`; the device has a `tie_breaker` of its own",
            path=("quorum", "auto_tie_breaker"),
        )
