"""node-left: a node leaves the cluster in order, as for a reboot or an upgrade."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.subject import Subject

TITLE = "A node leaves in order"
NOT_COVERED = ("a stop that fails while a node leaves (one that fails at another time is explored)",)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each node."""
    for node in subject.nodes:
        failure = Failure(
            id=f"node-left:{node}",
            words=f"{node} leaves the cluster in order",
            left=frozenset({node}),
            notice="announced",
        )
        yield rated(failure, subject)
