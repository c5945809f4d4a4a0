"""fencing-silent: a fencing device does not answer. Alone it harms nobody; the node it fences must not fail then."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.fences import WATCHDOG
from quorate.explore.subject import Subject

TITLE = "A fencing device does not answer"
NOT_COVERED = ("a fencing device that says it has fenced a node and has not",)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each device but the watchdog, which is each node's own."""
    for fence in subject.fences if subject.fencing else ():
        if fence.id != WATCHDOG:
            failure = Failure(
                id=f"fencing-silent:{fence.id}",
                words=f"the fencing device {fence.id} does not answer",
                devices=frozenset({fence.id}),
            )
            yield rated(failure, subject)
