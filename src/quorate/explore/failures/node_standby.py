"""node-standby: an operator puts a node in standby: it stays a member and runs nothing."""

from collections.abc import Iterator

from quorate.explore.failure import Failure
from quorate.explore.subject import Subject

TITLE = "A node is put in standby"
NOT_COVERED: tuple[str, ...] = ()


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each node."""
    for node in subject.nodes:
        yield Failure(
            id=f"node-standby:{node}",
            words=f"{node} is put in standby",
            standby=frozenset({node}),
            notice="announced",
        )
