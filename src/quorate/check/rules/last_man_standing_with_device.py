"""last_man_standing is on together with a quorum device.

Why: with last_man_standing Corosync disables the quorum device. The third vote this file asks for never counts.
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
            summary="last_man_standing disables the quorum device",
            why="Corosync calls the pair a configuration error and leaves the device's vote out",
            fix="remove `last_man_standing`, or write `algorithm: lms` in `quorum.device`",
            path=("quorum", "last_man_standing"),
        )
