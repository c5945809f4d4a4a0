"""node-and-board-lost: a node loses its power, and with it the management board by which it is fenced."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.subject import Subject

TITLE = "A node and its own BMC lose power"
NOT_COVERED: tuple[str, ...] = ()


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each node that has such a board."""
    for node in subject.nodes:
        boards = frozenset(fence.id for fence in subject.fences if fence.onboard == node)
        if boards:
            failure = Failure(
                id=f"node-and-board-lost:{node}",
                words=f"{node} and its own BMC lose power",
                lost=frozenset({node}),
                devices=boards,
                notice="membership",
            )
            yield rated(failure, subject)
