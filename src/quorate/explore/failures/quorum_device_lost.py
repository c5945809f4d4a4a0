"""quorum-device-lost: the host that has the last vote does not answer."""

from collections.abc import Iterator

from quorate.explore.failure import Failure, rated
from quorate.explore.subject import Subject

TITLE = "The quorum device is lost"
NOT_COVERED = ("a quorum device that only some members of a side reach: the side has its vote then",)


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it where there is one."""
    if subject.quorum.device is not None:
        failure = Failure(
            id="quorum-device-lost:device",
            words=f"the quorum device on {subject.quorum.device.host} does not answer",
            quorum_device=True,
        )
        yield rated(failure, subject)
