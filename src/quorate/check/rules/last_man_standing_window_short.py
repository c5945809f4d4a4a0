"""Quorum is recomputed before a second loss could be noticed.

Why: last_man_standing lowers the expected votes when the window after a loss is over. What takes several nodes away
(a switch, a power line) is often seen in two steps, a token apart. A window shorter than the token lowers the votes
between the two, and a part that should have lost quorum keeps it.
What to do: leave the default of 10s, or choose at least twice the effective token.
Source: votequorum(5), last_man_standing_window
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a window below the effective token."""
    token = cluster.corosync.effective_token_ms
    window = cluster.quorum.last_man_standing_window_ms
    if cluster.quorum.last_man_standing and window < token:
        given = ("quorum", "last_man_standing_window")
        yield Finding(
            code="last-man-standing-window-short",
            severity=Severity.WARNING,
            summary=f"last_man_standing_window {milliseconds(window)} is shorter than the effective "
            f"token ({milliseconds(token)})",
            why="what takes several nodes away is often seen in two steps; the votes would be lowered between them",
            fix=f"set last_man_standing_window: {milliseconds(max(10_000, -(-2 * token // 1000) * 1000))}",
            path=given if given in cluster.given else ("quorum", "last_man_standing"),
        )
