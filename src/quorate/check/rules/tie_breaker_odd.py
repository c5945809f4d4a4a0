"""auto_tie_breaker is on with an odd number of nodes.

Why: an odd number has no even split while all nodes are there. Corosync takes the tie breaker there only together with
wait_for_all; without it the tie breaker is disabled, and with last_man_standing Corosync does not even start.
What to do: remove `auto_tie_breaker`, or add `wait_for_all: true`.
Source: votequorum(5), auto_tie_breaker; Corosync's own words when it reads such a file
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a tie breaker that cannot break anything, or keeps Corosync from starting."""
    quorum = cluster.quorum
    if quorum.auto_tie_breaker is None or quorum.device is not None or len(cluster.nodes) % 2 == 0:
        return
    if quorum.wait_for_all:
        return
    fatal = quorum.last_man_standing
    yield Finding(
        code="tie-breaker-odd",
        severity=Severity.ERROR if fatal else Severity.WARNING,
        summary=f"auto_tie_breaker with {len(cluster.nodes)} nodes"
        + (" and last_man_standing: Corosync will not start" if fatal else " has no effect"),
        why="an odd number of nodes has no even split; Corosync "
        + ("calls the combination ambiguous and fails to start" if fatal else "disables the tie breaker"),
        fix="remove `auto_tie_breaker`, or add `wait_for_all: true`",
        path=("quorum", "auto_tie_breaker"),
    )
