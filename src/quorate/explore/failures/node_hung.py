"""node-hung: a node answers nobody and lets go of nothing: it may go on at any moment."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.subject import Subject

TITLE = "A node hangs"
NOT_COVERED = ("a node that hangs for less than the token's time, and one that wakes up again",)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each node."""
    for node in subject.nodes:
        one = frozenset({node})
        failure = Failure(
            id=f"node-hung:{node}",
            words=f"{node} hangs: it answers nobody and lets go of nothing",
            lost=one,
            runs_on=one,
            notice="membership",
        )
        yield rated(failure, subject)
