"""node-lost: a node crashes or its power fails, and it can still be fenced."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.subject import Subject

TITLE = "A node is lost: it crashes, or loses its power while its board keeps it"
NOT_COVERED = ("a node that is slow without falling silent",)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield the loss of each node."""
    for node in subject.nodes:
        failure = Failure(id=f"node-lost:{node}", words=f"{node} is lost", lost=frozenset({node}), notice="membership")
        yield rated(failure, subject)
