"""expected_votes is not the sum of the votes.

Why: quorum is computed from expected_votes until all nodes have met. If it is too low, two parts of the cluster can
both have quorum; if it is too high, nodes that would be enough are not.
What to do: remove `expected_votes`; quorate writes the sum.
Source: votequorum(5), OVERVIEW
"""

from collections.abc import Iterator

from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report a difference; an error where two parts could both be quorate."""
    device = cluster.quorum.device
    votes = sum(node.votes for node in cluster.nodes) + (device.votes if device else 0)
    expected = cluster.quorum.expected_votes
    if expected == votes:
        return
    needed = expected // 2 + 1
    twice = 2 * needed <= votes
    yield Finding(
        code="expected-votes-mismatch",
        severity=Severity.ERROR if twice else Severity.WARNING,
        summary=f"expected_votes is {expected}, and the votes in this file add up to {votes}",
        why=f"{needed} votes would be quorum, so two parts can have it at once"
        if twice
        else f"{needed} votes would be needed for quorum instead of {votes // 2 + 1}",
        fix=f"remove the line, or write expected_votes: {votes}",
        path=("quorum", "expected_votes"),
    )
