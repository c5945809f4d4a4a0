"""disk-failed: a disk of a service fails, with an error that is noticed.

A disk of its own that a node replicates (DRBD): the node's copy is gone, and its agent takes the promotion score back;
what runs there moves to the other copy. A disk that all nodes share: what opens it fails and can be started nowhere.
"""

from collections.abc import Iterator

from quorate.explore import scores
from quorate.explore.failure import HERE, Failure, rated
from quorate.explore.failures.resource_failed import found
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Disk, Subject

TITLE = "A disk fails"
NOT_COVERED = (
    "a disk that gives wrong data without an error, becomes slow, or is full",
    "disks that no service of the file names, the nodes' own system disks among them",
)

ERROR = 1  # OCF_ERR_GENERIC


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each disk of the file."""
    for disk in subject.disks:
        failure = _replicated(disk) if disk.replicated else _single(subject, disk)
        yield rated(failure, subject)


def _replicated(disk: Disk) -> Failure:
    return Failure(
        id=_id(disk),
        words=f"{disk.path} of {disk.node} fails: its copy of {disk.service} is gone",
        scores=((disk.node, scores.attribute(disk.resource), ""),),
        notice="monitor",
        resource=disk.resource,
    )


def _single(subject: Subject, disk: Disk) -> Failure:
    nodes = (disk.node,) if disk.node else subject.service(disk.service).nodes
    parts = [subject.parts[part] for part in disk.parts]
    where = f" of {disk.node}" if disk.node else ", which all nodes share,"
    return Failure(
        id=_id(disk),
        words=f"{disk.path}{where} fails: {disk.service} has no data",
        results=tuple(result for part in parts for result in found(part, disk.node or HERE)[1]),
        failing=tuple(Result(part.id, "start", 0, node, ERROR) for part in parts for node in nodes),
        notice="monitor",
        resource=disk.parts[0] if disk.parts else "",
    )


def _id(disk: Disk) -> str:
    return f"disk-failed:{disk.path}@{disk.node}" if disk.node else f"disk-failed:{disk.path}"
