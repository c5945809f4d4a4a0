"""disk-failed: a disk of a service fails, with an error that is noticed.

A disk of its own that a node replicates (DRBD): the node's copy is gone, and its agent takes the promotion score back;
what runs there moves to the other copy. A disk that all nodes share: what opens it fails and can be started nowhere.
"""

from collections.abc import Iterator, Sequence

from quorate.explore import scores
from quorate.explore.failure import HERE, Failure, rated
from quorate.explore.failures.resource_failed import noticed
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Disk, Subject

TITLE = "A disk fails"
NOT_COVERED = (
    "a disk that gives wrong data without an error, becomes slow, or is full",
    "disks that no service of the file names, the nodes' own system disks among them",
)

ERROR = 1  # OCF_ERR_GENERIC


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each disk, once where several services have their data on it."""
    shared: dict[str, list[Disk]] = {}
    for disk in subject.disks:
        shared.setdefault(_id(disk), []).append(disk)
    for disks in shared.values():
        failure = _replicated(disks[0]) if disks[0].replicated else _single(subject, disks)
        yield rated(failure, subject)


def _replicated(disk: Disk) -> Failure:
    return Failure(
        id=_id(disk),
        words=f"{disk.path} of {disk.node} fails: its copy of {disk.service} is gone",
        scores=((disk.node, scores.attribute(disk.resource), ""),),
        notice="monitor",
        resource=disk.resource,
    )


def _single(subject: Subject, disks: Sequence[Disk]) -> Failure:
    """Return the loss of the only copy: all that opens it fails, and cannot be started on any node that sees it."""
    first = disks[0]
    parts = [(disk, subject.parts[part]) for disk in disks for part in disk.parts]
    where = f" of {first.node}" if first.node else ", which all nodes share,"
    return Failure(
        id=_id(first),
        words=f"{first.path}{where} fails: {' and '.join(dict.fromkeys(disk.service for disk in disks))} without data",
        results=tuple(result for disk, part in parts for result in noticed(part, disk.node or HERE)),
        failing=tuple(
            Result(part.id, "start", 0, node, ERROR)
            for disk, part in parts
            for node in ((disk.node,) if disk.node else subject.service(disk.service).nodes)
        ),
        notice="monitor",
        resource=first.parts[0] if first.parts else "",
    )


def _id(disk: Disk) -> str:
    return f"disk-failed:{disk.path}@{disk.node}" if disk.node else f"disk-failed:{disk.path}"
