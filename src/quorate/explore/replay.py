"""Replay: the command lines that ask crm_simulate the question of a scenario, to be run by hand. Pure.

They start from `cib.xml`, which `quorate explore --save-cib cib.xml` writes (`quorate render` does, too, without the
promotion scores that only a running cluster has). One block for each side of the cluster, one file for each moment;
what crm_simulate(8) cannot be told stands there as a comment.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quorate.explore.scheduler.step import Result, Step

START, REST = "cib.xml", "rest.xml"


@dataclass(frozen=True, slots=True)
class Move:
    """A step, and how many transitions the cluster needed until it was at rest again (at least one is asked for).

    fatal: of each transition, the failed operations that a cluster counts as INFINITY (start-failure-is-fatal);
    crm_simulate adds 1, and would try again where they failed.
    """

    step: Step
    transitions: int = 1
    fatal: tuple[tuple[Result, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """What one side of the cluster goes through, from rest on. members: its nodes in the end."""

    members: frozenset[str]
    moves: tuple[Move, ...]


def replay(courses: Sequence[Course], first: Move) -> str:
    """Return the lines for all sides. first: how the cluster came to rest before anything failed."""
    lines = list(_settle(first, START, REST, ()))
    for number, course in enumerate(courses, 1):
        label = f"side{number}-" if len(courses) > 1 else ""
        if label:
            lines.append(f"# what {_listed(course.members)} can see")
        before = REST
        for moment, move in enumerate(course.moves, 1):
            after = f"{label}{moment}.xml"
            lines += _settle(move, before, after, sorted(course.members))
            before = after
    return "\n".join(lines)


def _settle(move: Move, before: str, after: str, members: Sequence[str]) -> Iterator[str]:
    yield from _remarks(move.step)
    attributes = list(_attributes(move.step, after))
    if attributes:
        yield shlex.join(["cp", before, after])
        yield from attributes
        before = after
    yield shlex.join(["crm_simulate", "-S", "-x", before, *_injections(move.step, members), "-O", after])
    for number in range(move.transitions):
        if number:
            yield shlex.join(["crm_simulate", "-S", "-x", after, *_failing(move.step), "-O", after])
        for result in move.fatal[number] if number < len(move.fatal) else ():
            name = f"fail-count-{result.resource}#{result.task}_{result.interval_ms}"
            yield _attribute(after, result.node, name, "INFINITY", "reboot")


def _injections(step: Step, members: Sequence[str]) -> Iterator[str]:
    """Yield the options that crm_simulate(8) has for what happens at that moment."""
    if step.quorum is not None:
        yield from ("-q", str(int(step.quorum)))
        if members and not (step.returned or step.left or step.lost or step.results):
            yield from ("-u", members[0])  # with nothing else to inject, -q is ignored
    for option, values in (("-u", step.returned), ("-d", step.left), ("-f", step.lost)):
        for value in values:
            yield from (option, value)
    for option, values in (("-g", step.granted), ("-r", step.revoked)):
        for value in values:
            yield from (option, value)
    for result in step.results:
        yield from ("-i", _operation(result))
    yield from _failing(step)


def _failing(step: Step) -> Iterator[str]:
    for result in step.failing:
        yield from ("-F", _operation(result))


def _operation(result: Result) -> str:
    return f"{result.resource}_{result.task}_{result.interval_ms}@{result.node}={result.rc}"


def _attributes(step: Step, file: str) -> Iterator[str]:
    """Yield the commands for what is an attribute of a node, and not an option."""
    for node, on in step.standby:
        yield _attribute(file, node, "standby", "on" if on else "off", "forever")
    for node, name, value in step.scores:
        yield _attribute(file, node, name, value, "reboot")


def _attribute(file: str, node: str, name: str, value: str, lifetime: str) -> str:
    change = ["-v", value] if value else ["-D"]
    return f"CIB_file={file} " + shlex.join(["crm_attribute", "-N", node, "-n", name, "-l", lifetime, *change])


def _remarks(step: Step) -> Iterator[str]:
    for node in step.unfenceable:
        yield f"# {node} cannot be fenced: in crm_simulate fencing always succeeds; what waits for it does not happen"


def _listed(nodes: frozenset[str]) -> str:
    return ", ".join(sorted(nodes))
