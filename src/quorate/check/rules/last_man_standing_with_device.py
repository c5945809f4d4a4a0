"""last_man_standing is on together with a quorum device.

Why: they cannot be combined, and Corosync refuses to start with both ("quorum.device is not compatible with
last_man_standing").
What to do: remove `last_man_standing`, or use `algorithm: lms` of the device, which serves the same purpose.
Source: votequorum(5), last_man_standing NOTES
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report last_man_standing with a quorum device."""
    if cluster.quorum.last_man_standing and cluster.quorum.device is not None:
        yield Finding(
            code="last-man-standing-with-device",
            severity=Severity.ERROR,
            summary="last_man_standing and a quorum device exclude each other",
            why="Corosync refuses to start",
            fix="remove `last_man_standing`, or write `algorithm: lms` in `quorum.device`",
            path=("quorum", "last_man_standing"),
        )
