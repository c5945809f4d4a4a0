"""together: Corosync restarted on all nodes at once, with the resources left running.

For what cannot differ between nodes, as the transport. In this order, each step verified before the next:

    the new corosync.conf tested by every node's own Corosync
    the cluster in maintenance (resting.py)
    Pacemaker stopped, the DC last; Corosync stopped on every node
    the new files written, Corosync started, every node a member
    Pacemaker started (step pacemaker), all online
    every resource found where it was, maintenance off (step returned)

The last two are steps of every apply, so that one which is killed in between is ended by the next. Where the nodes do
not find each other with the new files, the old ones are put back and started, and the cluster is as before.
"""

from collections.abc import Awaitable, Callable, Iterator

from quorate.build import returning
from quorate.build.actions import perform_action
from quorate.build.restarts import daemons, fitness, marks, resting
from quorate.build.step import Fleet, Note
from quorate.build.steps import corosync_conf, pacemaker
from quorate.build.want import Want
from quorate.errors import NeverComes, QuorateError, Refused
from quorate.machines.fleet import on_all
from quorate.machines.host import Host
from quorate.observe.facts.cib import Cib
from quorate.observe.facts.cluster_status import ClusterStatus

Settled = Callable[[Fleet, Want, Note], Awaitable[None]]


def obstacles(live: Cib | None, status: ClusterStatus | None, want: Want) -> Iterator[str]:
    """Yield what forbids it, in sentences. live, status: None where Pacemaker runs nowhere, which leaves nothing."""
    if live is None or status is None:
        return
    yield from fitness.against_together(live.root)
    if not marks.read(live.root).ours:  # else it was interrupted, and goes on
        yield from fitness.not_whole(status, (node.name for node in want.cluster.nodes))


async def restart(fleet: Fleet, want: Want, note: Note, settled: Settled) -> None:
    """Do it. settled: returns when every node is a member with the new configuration, else raises."""
    old = {name: await host.get(corosync_conf.PATH) for name, host in fleet.items()}
    await on_every(fleet, want, test)
    await stop(fleet, want, note)
    try:
        await on_every(fleet, want, write)
        await daemons.start(fleet, fleet, want, *daemons.of_corosync(want))
        await settled(fleet, want, note)
    except QuorateError as error:
        raise await fall_back(fleet, want, note, old, error) from error


async def on_every(fleet: Fleet, want: Want, work: Callable[[Host, Want], Awaitable[None]]) -> None:
    """Do `work` on all nodes at once."""
    (await on_all(list(fleet.values()), lambda host: work(host, want))).all()


async def test(host: Host, want: Want) -> None:
    """Have the node's own Corosync test the new file."""
    for action in corosync_conf.testing(want):
        await perform_action(host, action)


async def write(host: Host, want: Want) -> None:
    """Write the new file where it is not there yet."""
    if change := corosync_conf.writing(await host.get(corosync_conf.PATH), want, host.name):
        for action in change.actions:
            await perform_action(host, action)


async def stop(fleet: Fleet, want: Want, note: Note) -> None:
    """Stop Pacemaker and Corosync everywhere, with all resources left running."""
    busy = await daemons.running(fleet, want, "pacemaker")
    if busy:
        there = {name: fleet[name] for name in fleet if name in busy}
        _, live = await returning.live(there)
        status = await returning.status(there)
        if found := list(obstacles(live, status, want)):
            raise Refused(f"Corosync was not restarted: {'; '.join(found)}", "mend that first, then apply again")
        await resting.rest(there, note)
        last = {status.dc} & busy if status and status.dc else set()
        note(f"stop pacemaker on {', '.join(sorted(busy))}, then corosync on every node")
        await daemons.stop(fleet, busy - last, want, "pacemaker")
        await daemons.stop(fleet, last, want, "pacemaker")
    await daemons.stop(fleet, fleet, want, *reversed(daemons.of_corosync(want)))


async def fall_back(
    fleet: Fleet, want: Want, note: Note, old: dict[str, bytes | None], error: QuorateError
) -> QuorateError:
    """Put the old files back and start everything with them; return the error to end with."""
    note(f"the old corosync.conf is put back, since {error.message}")
    try:
        await daemons.stop(fleet, fleet, want, *reversed(daemons.of_corosync(want)))
        for name, content in old.items():
            if content is not None:
                await fleet[name].put(corosync_conf.PATH, content)
        await daemons.start(fleet, fleet, want, *daemons.of_corosync(want), "pacemaker")
        await pacemaker.settled(fleet, want, note)
        await resting.wake(fleet, note)
    except QuorateError as second:
        return NeverComes(
            f"{error.message}; and going back failed: {second.message}. All resources run on, watched by nobody",
            f"{error.hint}; then apply again, which goes on from here",
        )
    return NeverComes(
        f"the new corosync.conf does not work: {error.message}. The old one runs again; no resource was touched",
        error.hint,
    )
