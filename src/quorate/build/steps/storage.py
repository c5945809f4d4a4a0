"""storage: every service whose data lies on a store finds it there: a file system, filled once, in use by nobody.

Stands before Corosync and Pacemaker in the order of building, since nothing that Pacemaker starts can be started
without it. build/storage has the pure decisions. This step asks all nodes, has the first phase of each store done that
is still to be done, and asks again, until nothing is left. What Pacemaker's configuration already has is not touched.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from quorate.build.actions import run_everywhere
from quorate.build.change import Change, Deed, Effect, Thing
from quorate.build.step import Fleet, Note, PlacedStates
from quorate.build.storage import adopt, machine, provided, replicated, shared_volume
from quorate.build.storage.look import Facts, look
from quorate.build.storage.phases import TITLE, Phase, Stored, error, stores
from quorate.build.want import Want
from quorate.catalog.storage import Replicated, SharedVolume
from quorate.errors import CommandFailed, Refused
from quorate.findings import Finding, Severity

__all__ = ["TITLE", "changes", "look", "perform", "settled", "things"]

ROUNDS = 20
MACHINE = "nodes"


def findings(facts: Facts, want: Want) -> Iterator[Finding]:
    """Yield what forbids to build, and what one should know."""
    yield from machine.findings(facts, want)
    for stored in stores(want):
        store = stored.store
        if isinstance(store, Replicated):
            yield from replicated.findings(stored, store, facts, want)
        elif isinstance(store, SharedVolume):
            yield from shared_volume.findings(stored, store, facts, want)
        else:
            yield from provided.findings(stored, store, facts)
        yield from adopt.findings(stored, facts, want)
        yield from mount_point_taken(stored, facts)


def mount_point_taken(stored: Stored, facts: Facts) -> Iterator[Finding]:
    """Yield an error where something else is mounted where Pacemaker is to mount the store."""
    place = stored.store.mount.directory
    managed = any(f"{stored.service}-filesystem" in node.managed for node in facts.values())
    for name in stored.nodes:
        taken = [mounted for mounted in facts[name].mounts if mounted.directory == place]
        if taken and not managed:
            yield error(
                "mount-point-taken",
                f"{name} has {taken[0].source} mounted on {place}",
                f"that is where Pacemaker mounts the data of {stored.service}, and nothing else may",
                "unmount it and take it out of /etc/fstab; or write another `mount`",
                stored.path,
            )


def phases(facts: Facts, want: Want, done: dict[str, set[str]]) -> dict[str, list[Phase]]:
    """Return the phases that each store has still before it. Machines come first: LVM obeys its settings then."""
    first = list(machine.phases(facts, want))
    ahead = {MACHINE: first} if first else {}
    for stored in stores(want):
        through = frozenset(done.get(stored.service, ()))
        store = stored.store
        if isinstance(store, Replicated):
            found = replicated.phases(stored, store, facts, want, through)
        elif isinstance(store, SharedVolume):
            found = shared_volume.phases(stored, store, facts, want, through)
        else:
            found = provided.phases(stored, store, facts, want, through)
        ahead[stored.service] = list(found)
    return ahead


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield all that is ahead, as far as it can be told now, or the findings that forbid it."""
    found = list(findings(facts, want))
    yield from found
    if not any(finding.severity is Severity.ERROR for finding in found):
        for name, several in phases(facts, want, {}).items():
            yield from (touching(name, change) for phase in several for change in phase.changes)


def touching(name: str, change: Change) -> Change:
    """Return a change with the store that it makes, or that it changes while it is in use."""
    if name == MACHINE:
        return change
    deed = Deed.CHANGED if change.effect is Effect.RELOAD else Deed.CREATED
    return replace(change, things=((Thing("store", name), deed),))


def things(facts: Facts, want: Want) -> PlacedStates:
    """Return the stores that are ready, on each of their nodes."""
    if any(finding.severity is Severity.ERROR for finding in findings(facts, want)):
        return {}
    ahead = phases(facts, want, {})
    return {
        (name, Thing("store", stored.service)): "" if ahead.get(stored.service) else "ready"
        for stored in stores(want)
        for name in stored.nodes
    }


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Go through the phases of all stores at once, looking anew after each."""
    done: dict[str, set[str]] = defaultdict(set)
    last: dict[str, str] = {}
    for _ in range(ROUNDS):
        facts = await look(fleet, want)
        wrong = [f for f in findings(facts, want) if f.severity is Severity.ERROR]
        if wrong:
            raise Refused("; ".join(f.summary for f in wrong), "; ".join(f.fix for f in wrong))
        ahead = phases(facts, want, done)
        now = {name: several[0] for name, several in ahead.items() if several}
        if MACHINE in now:
            now = {MACHINE: now[MACHINE]}
        if not now:
            return
        stuck = [name for name, phase in now.items() if last.get(name) == phase.title]
        if stuck:
            said = "; ".join(f"{c.host}: {c.words}" for name in stuck for c in now[name].changes)
            raise CommandFailed(f"done, and still to do when asked again: {said}", "look at that host: what undoes it?")
        note("storage: " + ", ".join(f"{name}: {phase.title}" for name, phase in now.items()))
        await run_everywhere([change for phase in now.values() for change in phase.changes], fleet)
        for name, phase in now.items():
            done[name].add(phase.title)
            last[name] = phase.title
    raise CommandFailed(f"the storage is not ready after {ROUNDS} rounds", "apply again, and look at what is repeated")


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every store is there and none is in use but by Pacemaker."""
    facts = await look(fleet, want, fitness=False)
    wrong = [f"{c.host}: {c.words}" for phase in machine.phases(facts, want) for c in phase.changes]
    names = []
    for stored in stores(want):
        store = stored.store
        names.append(stored.service)
        if isinstance(store, Replicated):
            wrong += replicated.left(stored, store, facts, want)
        elif isinstance(store, SharedVolume):
            wrong += shared_volume.left(stored, store, facts)
        else:
            wrong += provided.left(stored, store, facts)
    if wrong:
        raise CommandFailed(f"the storage is not ready: {'; '.join(wrong)}", "look at that host, and apply again")
    if names:
        note(f"ready for {', '.join(names)}")
