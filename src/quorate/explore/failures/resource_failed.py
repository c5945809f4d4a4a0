"""resource-failed: a resource fails where it runs; its monitor finds it, and Pacemaker starts it again."""

from collections.abc import Iterator
from dataclasses import replace

from quorate.explore.failure import HERE, Failure, Notice, rated
from quorate.explore.scheduler.step import Result
from quorate.explore.subject import Part, Subject

TITLE = "A resource fails where it runs"
NOT_COVERED = ("a server that answers its monitor and not its clients, or answers them wrongly",)

NOT_RUNNING = 7  # OCF_NOT_RUNNING: what a monitor says of a server that is gone (Pacemaker Administration, OCF)


ERROR = 1  # OCF_ERR_GENERIC


def find(subject: Subject) -> Iterator[Failure]:
    """Yield it for each primitive of a service, for a clone's on each node."""
    for part, node in placed(subject):
        notice, results = found(part, node)
        failure = Failure(
            id=f"resource-failed:{named(part, node)}",
            words=f"{part.id} fails{on(node)}",
            results=results,
            notice=notice,
            resource=part.id,
        )
        yield rated(failure, subject)


def placed(subject: Subject) -> Iterator[tuple[Part, str]]:
    """Yield each primitive that a service has, with HERE; those of clones once with each node that may run them."""
    for part in subject.parts.values():
        if part.service and part.clone:
            yield from ((part, node) for node in subject.service(part.service).nodes)
        elif part.service:
            yield part, HERE


def found(part: Part, node: str) -> tuple[Notice, tuple[Result, ...]]:
    """Return how a primitive's end is noticed, and what would be found. Where nobody asks Pacemaker does nothing."""
    notice: Notice = "monitor" if part.monitors_s or part.watched else "none"
    return notice, (Result(part.id, "monitor", 0, node, NOT_RUNNING),)


def noticed(part: Part, node: str) -> tuple[Result, ...]:
    """Return what a monitor finds of a primitive that has ended; nothing where none asks."""
    notice, results = found(part, node)
    return results if notice != "none" else ()


def hangs(failure: Failure, part: Part) -> Failure:
    """Return the failure of a primitive as one that hangs: systemd sees its process, and finds nothing wrong."""
    unseen = not part.asked_s and (part.is_unit or not part.monitors_s)
    return replace(failure, hangs=True, notice="none" if unseen else "monitor")


def named(part: Part, node: str) -> str:
    """Return the part of an id that says what fails: server, or storage@n1."""
    return f"{part.id}@{node}" if node else part.id


def on(node: str) -> str:
    """Return the words that say where, "" for wherever it runs."""
    return f" on {node}" if node else ""


def then_fails(subject: Subject, task: str, words: str) -> Iterator[Failure]:
    """Yield the failure of each such primitive whose start or stop fails besides where it ran; its kind: TASK-failed.

    words: what follows "X fails".
    """
    for part, node in placed(subject):
        if results := noticed(part, node):
            failure = Failure(
                id=f"{task}-failed:{named(part, node)}",
                words=f"{part.id} fails{on(node)} {words}",
                results=results,
                failing=(Result(part.id, task, 0, node, ERROR),),
                notice="monitor",
                resource=part.id,
            )
            yield rated(failure, subject)
