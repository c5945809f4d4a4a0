"""retried: a resource that failed on a node where its files have been written since is tried again there, once.

Pacemaker does not know of files. After a start that failed it leaves the node alone until somebody cleans that up, or
for the resource's failure-timeout. That is cleaned up where this apply writes a file of the resource's, or an earlier
one that was killed has (owed.py): on that node only, and only where it does not run. Other failures stay, and are named
as ever. A start that is being tried may have begun with what was there before: it is waited for, as Pacemaker does
before it acts on another CIB. So is the one that is tried again: what fails once more has another cause, and is known
before the CIB is written, which would be blamed for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from quorate.build import owed, returning
from quorate.build.baseline import primitive, runs
from quorate.build.change import Change, Deed, Effect, Thing
from quorate.build.step import Fleet, Note
from quorate.build.steps import running, service_files
from quorate.build.want import Want
from quorate.errors import TimedOut
from quorate.findings import Finding
from quorate.machines.host import Host, command
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import file_state
from quorate.observe.facts.cluster_status import ClusterStatus, FailCount, Failure
from quorate.observe.gathering import gather_about

TITLE = "retry"
CLEANUP_S = 120
IN_FLIGHT = frozenset({"Starting", "Stopping", "Promoting", "Demoting"})

Place = tuple[str, str]
"""A node and a primitive."""

Said = frozenset[Failure | FailCount]
NOWHERE: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """What Pacemaker says, None where no node can tell; whose files were written, and whose will be."""

    status: ClusterStatus | None
    written: frozenset[Place] = NOWHERE
    to_be_written: frozenset[Place] = NOWHERE


Look = Callable[[Fleet, Want], Awaitable[Facts]]


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask Pacemaker, and each node for the marks; where something has failed, what will be written, too."""
    status = await running.look(fleet, want)
    written = await asyncio.gather(*(marked(host, readers(want, host.name)) for host in fleet.values()))
    suspects = {node for node, _ in failures(status)} & fleet.keys()
    to_be_written = await asyncio.gather(*(due(fleet[name], want) for name in suspects))
    return Facts(status, NOWHERE.union(*written), NOWHERE.union(*to_be_written))


def failures(status: ClusterStatus | None) -> dict[Place, Said]:
    """Return what has failed where, and does not run there."""
    if status is None:
        return {}
    run = running_at(status)
    everything: tuple[Failure | FailCount, ...] = (*status.failures, *status.fail_counts)
    found: dict[Place, set[Failure | FailCount]] = {}
    for one in everything:
        found.setdefault((one.node, primitive(one.resource)), set()).add(one)
    return {place: frozenset(said) for place, said in found.items() if place not in run}


def running_at(status: ClusterStatus) -> frozenset[Place]:
    """Return what runs where."""
    return frozenset((node, primitive(one.id)) for one in status.resources if runs(one) for node in one.nodes)


def moving(status: ClusterStatus) -> frozenset[Place]:
    """Return what is being started or stopped where. crm_mon 2.1.5 says so by the role."""
    acting = (one for one in status.resources if IN_FLIGHT & {one.role, one.pending})
    return frozenset((node, primitive(one.id)) for one in acting for node in one.nodes)


def readers(want: Want, name: str) -> frozenset[str]:
    """Return the resources that read files of the services of a node."""
    return frozenset(file.reader for _, file in service_files.wanted(want, name).values() if file.reader)


async def marked(host: Host, of: Collection[str]) -> frozenset[Place]:
    """Return whose files were written on a node and have not been looked after since, of these resources."""
    if not of:
        return NOWHERE
    states = await gather_about(host, file_state, *(owed.trial(reader) for reader in sorted(of)))
    return frozenset((host.name, reader) for reader in of if states[owed.trial(reader)].exists)


async def due(host: Host, want: Want) -> frozenset[Place]:
    """Return whose files will be written on a node."""
    files = service_files.wanted(want, host.name)
    states = await gather_about(host, file_state, *files)
    return frozenset(
        (host.name, file.reader)
        for path, (_, file) in files.items()
        if file.reader and service_files.is_due(file, service_files.write(file, want), states[path])
    )


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:  # noqa: ARG001
    """Yield what will be tried again. It is done when what is in flight has ended, so there are no actions here."""
    for node, reader in sorted(failures(facts.status).keys() & (facts.written | facts.to_be_written)):
        words = f"try {reader} again, which failed with other files (crm_resource --cleanup)"
        yield Change(node, TITLE, words, (), Effect.START, things=((Thing("failure", reader), Deed.REMOVED),))


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Have what failed tried again, and forget whose files were written."""
    await try_again(look, fleet, want, note)


async def try_again(seen: Look, fleet: Fleet, want: Want, note: Note) -> None:
    """Have tried again what `seen` says has failed, and forget whose files were written."""

    async def at_rest() -> Facts | None:
        facts = await seen(fleet, want)
        if facts.status is None:
            return None
        if left := moving(facts.status) & facts.written:
            raise NotYet(f"{said(left)} not yet started or stopped")
        return facts

    facts = await until("what is being started has started or failed", at_rest, timeout_s=running.patience_s(want))
    failed = failures(facts.status)
    again = {place: failed[place] for place in sorted(failed.keys() & facts.written)}
    for node, reader in again:
        cleanup = command("crm_resource", "--cleanup", "--resource", reader, "--node", node)
        await fleet[node].run(cleanup, timeout_s=CLEANUP_S)
    await forgotten(again, fleet, want)
    await tried(again, fleet, want)
    await asyncio.gather(*(forget(fleet[name], facts.written) for name in {node for node, _ in facts.written}))
    note(f"{said(again)}: tried again" if again else "nothing had failed for want of a file")


async def forgotten(failed: Mapping[Place, Said], fleet: Fleet, want: Want) -> None:
    """Return when Pacemaker has forgotten these failures; whoever waits for services would take them for new ones."""

    async def gone() -> bool | None:
        status = await running.look(fleet, want)
        now = failures(status)
        left = [place for place, before in failed.items() if status is None or before & now.get(place, frozenset())]
        if left:
            raise NotYet(f"{said(left)} still failed")
        return True

    if failed:
        await until("Pacemaker forgets what failed", gone, timeout_s=CLEANUP_S)


async def tried(places: Iterable[Place], fleet: Fleet, want: Want) -> None:
    """Return when each of these runs, has failed once more, or is not to be started there."""
    places = frozenset(places)

    async def ended() -> bool | None:
        status = await running.look(fleet, want)
        if status is None:
            return None
        left = places - running_at(status) - failures(status).keys()
        if left:
            # Between the failure that is forgotten and the start, crm_mon tells of neither; the scheduler knows.
            try:
                await returning.at_rest(fleet, returning.SLICE_S)
            except TimedOut:
                raise NotYet(f"{said(left)} not yet started or failed") from None
        return True

    if places:
        await until("what is tried again has started or failed", ended, timeout_s=running.patience_s(want))


async def forget(host: Host, written: Iterable[Place]) -> None:
    """Forget whose files were written on a node."""
    marks = sorted(owed.trial(reader) for node, reader in written if node == host.name)
    await host.run(command("rm", "-f", "--", *marks))


def said(places: Iterable[Place]) -> str:
    """Return "broker-server on n3, site-apache on n1"."""
    return ", ".join(f"{reader} on {node}" for node, reader in sorted(places))
