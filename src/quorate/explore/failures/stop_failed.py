"""stop-failed: a resource fails, and cannot be stopped: its node is fenced, for nobody knows what still runs."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.failures.resource_failed import found, named, on, placed
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Subject

TITLE = "A resource fails, and cannot be stopped"
NOT_COVERED: tuple[str, ...] = ()

ERROR = 1  # OCF_ERR_GENERIC


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each primitive of a service whose end is noticed, for a clone's on each node."""
    for part, node in placed(subject):
        notice, results = found(part, node)
        if results:
            failure = Failure(
                id=f"stop-failed:{named(part, node)}",
                words=f"{part.id} fails{on(node)} and cannot be stopped",
                results=results,
                failing=(Result(part.id, "stop", 0, node, ERROR),),
                notice=notice,
                resource=part.id,
            )
            yield rated(failure, subject)
