"""apply: make the hosts what the file wants, barrier by barrier, verified after each step.

    1. take the lock on every node
    2. look at every host and make the plan; findings of severity error end it here, before anything was changed
    3. show the plan to whoever has to agree
    4. for each stage: change all nodes in parallel, then ask again
       - a host step that still finds something to change has failed
       - a cluster step waits for its state, and gives up when it can no longer come
       and the next stage begins only when every node has passed this one

Killed anywhere, it leaves hosts that the next apply looks at and carries on from: there is no record of progress to go
stale, only the hosts themselves.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from quorate.build import lock
from quorate.build.actions import run_everywhere
from quorate.build.change import Change
from quorate.build.plan import Plan, look, plan
from quorate.build.stages import STAGES, Stage
from quorate.build.step import Fleet, Note, everybody
from quorate.build.want import Want
from quorate.errors import CommandFailed, Refused


@dataclass(frozen=True, slots=True)
class Applied:
    """What apply did: changes in order, and how long each stage took, in seconds."""

    changes: tuple[Change, ...]
    seconds: tuple[tuple[str, float], ...]


def stages(*, test_fencing: bool) -> tuple[Stage, ...]:
    """Return the stages to go through; the last, which cuts power, only when told."""
    return STAGES if test_fencing else STAGES[:-1]


async def apply(
    fleet: Fleet, want: Want, note: Note, agree: Callable[[Plan], None], *, test_fencing: bool = False
) -> Applied:
    """Build or change the cluster; the module's docstring tells how. Raises errors of errors.py, each with a hint.

    agree: is shown the plan before anything is changed; raises Refused to end it there.
    """
    chosen = stages(test_fencing=test_fencing)
    async with lock.held(fleet, f"apply {want.cluster.name}"):
        made = await plan(fleet, want, chosen)
        refuse(made)
        agree(made)
        done: list[Change] = []
        seconds: list[tuple[str, float]] = []
        for stage, (_, planned) in zip(chosen, made.stages, strict=True):
            started = time.monotonic()
            # What was seen while the lock was held stays true until something is changed.
            changes = await changes_now(stage, fleet, want) if done else list(planned)
            await go_through(stage, changes, fleet, want, note)
            done += changes
            seconds.append((stage.title, time.monotonic() - started))
    return Applied(tuple(done), tuple(seconds))


def refuse(made: Plan) -> None:
    """Raise Refused when the plan has an error in it."""
    if made.errors:
        raise Refused(
            "; ".join(finding.summary for finding in made.errors), "; ".join(finding.fix for finding in made.errors)
        )


async def changes_now(stage: Stage, fleet: Fleet, want: Want) -> list[Change]:
    """Look at one stage again, now that the stages before it have changed things."""
    changes, findings = await look(stage, fleet, want)
    refuse(Plan(((stage.title, tuple(changes)),), tuple(findings)))
    return changes


async def go_through(stage: Stage, changes: list[Change], fleet: Fleet, want: Want, note: Note) -> None:
    """Bring one stage to its end on all nodes."""
    for words, hosts in told_together(changes):
        note(f"{stage.title}: {', '.join(hosts)}: {words}")
    perform = getattr(stage.cluster_step, "perform", None)
    if changes and perform:
        await perform(fleet, want, note)
    elif changes:
        await run_everywhere(changes, everybody(fleet, want))
    if stage.cluster_step:
        await stage.cluster_step.settled(fleet, want, lambda words: note(f"{stage.title}: {words}"))
    elif changes:
        await verify(stage, fleet, want)
    else:
        note(f"{stage.title}: nothing to do")


def told_together(changes: Iterable[Change]) -> list[tuple[str, list[str]]]:
    """Return each change's words with the hosts it concerns, so that three equal lines become one."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        hosts[change.words].append(change.host)
    return list(hosts.items())


async def verify(stage: Stage, fleet: Fleet, want: Want) -> None:
    """Look again: what still wants changing did not take effect."""
    left, _ = await look(stage, fleet, want)
    if left:
        said = "; ".join(f"{change.host}: {change.words}" for change in left)
        raise CommandFailed(f"done, and still to do when asked again: {said}", "look at that host: what undoes it?")
