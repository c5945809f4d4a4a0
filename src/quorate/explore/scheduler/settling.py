"""Settling: run the scheduler until nothing is left to do. Pure; both backends come to rest by this one rule.

In: a function that runs the scheduler once and carries out what it decides. Out: all of it, as a Settled.

A real controller runs one transition, and asks again only when something has changed. So a transition that carries
out no operation of a resource and no fencing is rest: the scheduler would be given the same for ever (resources that
are blocked until there is quorum, or until a node is fenced that cannot be).
"""

from collections.abc import Callable
from dataclasses import dataclass

from quorate.explore.scheduler.transition import Placement, Settled, Transition

TRANSITIONS_MAX = 60
"""More than a cluster needs that comes to rest: a monitor that fails three times on each of five nodes takes 30."""


Deed = tuple[str, str, str, int]
"""Task, resource, node and interval in ms."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the scheduler. placement, digest: what it found. transition: what it decided and what was done."""

    placement: Placement
    digest: str
    transition: Transition


def settle(run: Callable[[int], Run]) -> Settled:
    """Call run(0), run(1) ... until it finds nothing to do, or goes round in circles, or was called too often.

    Circles are found by the state and by what is done in it: what a digest leaves out (that an operation was done
    already) may make a difference once, but not for ever. The first run has no part in them: what it finds is what the
    step has just made.
    """
    transitions: list[Transition] = []
    seen: list[tuple[str, frozenset[Deed]]] = []
    for count in range(TRANSITIONS_MAX):
        now = run(count)
        done = deeds(now.transition)
        if done or any(one.kind != "pseudo_event" for one in now.transition.actions):
            transitions.append(now.transition)
        if not done:
            return Settled(tuple(transitions), now.placement, now.digest)
        if (now.digest, done) in seen:
            cycle = tuple(digest for digest, _ in seen[seen.index((now.digest, done)) :])
            return Settled(tuple(transitions), now.placement, now.digest, quiet=False, cycle=cycle)
        if count:
            seen.append((now.digest, done))
    return Settled(tuple(transitions), now.placement, now.digest, quiet=False)


def deeds(transition: Transition) -> frozenset[Deed]:
    """Return what was done that can change the state: operations and fencing, without ids, which differ by run.

    Clones that are told what is about to happen, and monitors that are no longer wanted, change nothing: when what
    follows waits for fencing that fails, both are done again with every attempt.
    """
    return frozenset(
        (one.task, one.resource, one.node, one.interval_ms)
        for one in transition.actions
        if one.id in transition.done
        and (one.kind == "rsc_op" or one.task == "stonith")
        and one.task not in {"notify", "cancel"}
    )
