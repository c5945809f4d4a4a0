"""auto_tie_breaker is on together with a quorum device.

Why: Corosync disables the quorum device then. The third vote this file asks for never counts.
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
            summary="auto_tie_breaker disables the quorum device",
            why="Corosync calls the pair a configuration error and leaves the device's vote out",
            fix="remove `auto_tie_breaker`; the device has a `tie_breaker` of its own",
            path=("quorum", "auto_tie_breaker"),
        )
