"""resource-failed-everywhere: a resource fails and can be started nowhere, as with a broken configuration or data."""

from collections.abc import Iterator

from quorate.explore.failure import HERE, Failure, rated
from quorate.explore.failures.resource_failed import noticed
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Subject

TITLE = "A resource fails, and can be started nowhere"
NOT_COVERED: tuple[str, ...] = ()

ERROR = 1  # OCF_ERR_GENERIC


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each primitive of a service whose end is noticed; all instances of a clone fail."""
    for part in subject.parts.values():
        nodes = subject.service(part.service).nodes if part.service else ()
        where = nodes if part.clone else (HERE,)
        results = tuple(result for node in where for result in noticed(part, node))
        if part.service and results:
            failure = Failure(
                id=f"resource-failed-everywhere:{part.id}",
                words=f"{part.id} fails and can be started nowhere",
                results=results,
                failing=tuple(Result(part.id, "start", 0, node, ERROR) for node in nodes),
                notice="monitor",
                resource=part.id,
            )
            yield rated(failure, subject)
