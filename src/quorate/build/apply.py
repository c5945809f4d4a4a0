"""apply: make the hosts what the file wants, barrier by barrier, verified after each step.

    1. take the lock on every node
    2. look at every host and make the plan; findings of severity error end it here, before anything was changed
    3. show the plan to whoever has to agree
    4. for each stage: change all nodes in parallel, then ask again
       - a host step that still finds something to change has failed
       - a cluster step waits for its state, and gives up when it can no longer come
       and the next stage begins only when every node has passed this one

Killed anywhere, it leaves hosts that the next apply looks at and carries on from: progress is what the hosts themselves
show. What is kept on them besides (in_hand.py) is who changed what and when, and the configuration before: from the
writing of the CIB until all services run, an operation that fails, a service that does not come or a node that is
fenced leads back to it.
"""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from quorate.build import lock, without
from quorate.build.actions import run_everywhere
from quorate.build.change import Change
from quorate.build.history import Origin, origin
from quorate.build.in_hand import InHand, begin
from quorate.build.plan import Plan, look, plan
from quorate.build.stages import CONFIGURATION, STAGES, Stage
from quorate.build.step import Fleet, Note, everybody
from quorate.build.want import Want
from quorate.errors import CommandFailed, Refused

Settle = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Applied:
    """What apply did: changes in order, and how long each stage took, in seconds. id: of its record, "" for none."""

    changes: tuple[Change, ...]
    seconds: tuple[tuple[str, float], ...]
    id: str = ""


def stages(*, test_fencing: bool) -> tuple[Stage, ...]:
    """Return the stages to go through; the last, which cuts power, only when told."""
    return STAGES if test_fencing else STAGES[:-1]


async def apply(
    fleet: Fleet,
    want: Want,
    note: Note,
    agree: Callable[[Plan], None],
    *,
    test_fencing: bool = False,
    go_back: bool = True,
    by: Origin | None = None,
) -> Applied:
    """Build or change the cluster; the module's docstring tells how. Raises errors of errors.py, each with a hint.

    agree: is shown the plan before anything is changed; raises Refused to end it there. go_back: whether a change that
    does not lead where it should is taken back. by: who gives it, for the record; else whoever runs this.
    """
    chosen = stages(test_fencing=test_fencing)
    async with lock.held(fleet, f"apply {want.cluster.name}"):
        if want.without:
            chosen = without.possible(chosen)
            await without.mind(fleet, want)
        made = await plan(fleet, want, chosen)
        refuse(made)
        agree(made)
        hand = await begin(fleet, want, made, note, what="apply", by=by or origin())
        return await hand.to_the_end(lambda: through(chosen, made, hand), go_back=go_back)


async def through(chosen: tuple[Stage, ...], made: Plan, hand: InHand) -> Applied:
    """Go through the stages."""
    done: list[Change] = []
    seconds: list[tuple[str, float]] = []
    for stage, (_, planned) in zip(chosen, made.stages, strict=True):
        started = time.monotonic()
        # What was seen while the lock was held stays true until something is changed.
        changes = await (
            changes_now(stage, hand.fleet, hand.want) if done else fresh(stage, planned, hand.fleet, hand.want)
        )
        await hand.at(stage, changes)
        await go_through(stage, changes, hand.fleet, hand.want, hand.note, settle=hand.settle)
        done += changes
        seconds.append((stage.title, time.monotonic() - started))
    return Applied(tuple(done), tuple(seconds), hand.id)


async def fresh(stage: Stage, planned: Sequence[Change], fleet: Fleet, want: Want) -> list[Change]:
    """Return what was planned; the CIB's change as it is now, if it still is the same.

    Pacemaker itself writes the CIB while nodes join, and the stage before has waited for them. Where somebody changed
    what the plan is about, it is another than was agreed to: what was planned is refused when it is to be written.
    """
    if stage.title == CONFIGURATION and planned:
        now = await changes_now(stage, fleet, want)
        if [(one.host, one.words, one.things) for one in now] == [(one.host, one.words, one.things) for one in planned]:
            return now
    return list(planned)


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


async def only(settled: Callable[[], Awaitable[None]]) -> None:
    """Wait for a state, and for nothing else."""
    await settled()


async def go_through(
    stage: Stage, changes: list[Change], fleet: Fleet, want: Want, note: Note, *, settle: Settle = only
) -> None:
    """Bring one stage to its end on all nodes. settle: waits for its state, and may give up early."""
    for words, hosts in told_together(changes):
        note(f"{stage.title}: {', '.join(hosts)}: {words}")
    perform = getattr(stage.cluster_step, "perform", None)
    if changes and perform:
        await perform(fleet, want, note)
    elif changes:
        await run_everywhere(changes, everybody(fleet, want))
    if step := stage.cluster_step:
        await settle(lambda: step.settled(fleet, want, lambda words: note(f"{stage.title}: {words}")))
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
