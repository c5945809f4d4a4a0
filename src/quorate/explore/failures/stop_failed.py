"""stop-failed: a resource fails, and cannot be stopped: its node is fenced, for nobody knows what still runs."""

from collections.abc import Iterator

from quorate.explore.failure import Failure
from quorate.explore.failures.resource_failed import then_fails
from quorate.explore.subject import Subject

TITLE = "A resource fails, and cannot be stopped"
NOT_COVERED: tuple[str, ...] = ()


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each primitive of a service whose end is noticed, for a clone's on each node."""
    return then_fails(subject, "stop", "and cannot be stopped")
