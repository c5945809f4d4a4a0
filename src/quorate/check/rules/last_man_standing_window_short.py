"""Quorum is recomputed before a loss of nodes has settled.

Why: last_man_standing lowers the expected votes when the window after a loss is over. A window shorter than it takes
to find the loss and form the new membership counts nodes out that are only late.
What to do: leave the default of 10s, or choose at least token and consensus together.
Source: votequorum(5), last_man_standing_window
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.check.words import milliseconds
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a window below effective token plus consensus."""
    settled = cluster.corosync.effective_token_ms + cluster.corosync.consensus_ms
    window = cluster.quorum.last_man_standing_window_ms
    if cluster.quorum.last_man_standing and window < settled:
        given = ("quorum", "last_man_standing_window")
        yield Finding(
            code="last-man-standing-window-short",
            severity=Severity.WARNING,
            summary=f"last_man_standing_window {milliseconds(window)} ends before membership has settled "
            f"({milliseconds(settled)})",
            why="nodes that are only late would be counted out, and a smaller part would become quorate",
            fix=f"set last_man_standing_window: {milliseconds(max(10_000, -(-settled // 1000) * 1000))}",
            path=given if given in cluster.given else ("quorum", "last_man_standing"),
        )
