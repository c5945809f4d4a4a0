"""node-returned: a node that was lost, left or stood by is a member again. It makes sense after another failure only.

The agents' promotion scores are set again, for copies that are up to date once more (scores.py); a board that lost its
power with the node answers again.
"""

from collections.abc import Iterator

from quorate.explore.failure import Failure
from quorate.explore.subject import Subject

TITLE = "A node returns"
NOT_COVERED = (
    "the time that a returned node's copy takes to catch up (DRBD), and failures within it",
    "a node that is back and does not hear the others: it is taken to stay away",
    "a cluster of which no node is left, and its start after that",
)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each node."""
    for node in subject.nodes:
        one = frozenset({node})
        yield Failure(id=f"node-returned:{node}", words=f"{node} returns", returned=one, active=one, notice="announced")
