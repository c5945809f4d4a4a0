"""last_man_standing is on without wait_for_all.

Why: after losses a single part may be quorate with few nodes. If the others start meanwhile without seeing it,
and need not wait for all, they can become quorate as well.
What to do: add `wait_for_all: true`.
Source: votequorum(5), last_man_standing ("essential to enable WFA")
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report last_man_standing alone."""
    if cluster.quorum.last_man_standing and not cluster.quorum.wait_for_all:
        yield Finding(
            code="last-man-standing-without-wait-for-all",
            severity=Severity.WARNING,
            summary="last_man_standing is on without wait_for_all",
            why="nodes that start while few are left could form a second quorate cluster",
            fix="add `wait_for_all: true` to `quorum`",
            path=("quorum", "last_man_standing"),
        )
