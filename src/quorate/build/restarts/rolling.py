"""rolling: Corosync and Pacemaker restarted on one node after the other, each emptied before.

For what may differ between nodes for a while. For each node, the one that runs nothing first, the DC last:

    the cluster is whole, and the others can carry all that this node runs (their own scheduler says so)
    the node in standby by quorate's own mark; all that ran there runs elsewhere
    Pacemaker stopped, then Corosync: it leaves by its own will, and is not fenced
    Corosync started: a member, quorate, with what it was restarted for; Pacemaker started: online
    the mark taken away; every service runs, both copies of replicated data are the same

Interrupted, the mark is still there: the next apply starts what is stopped, takes the mark away and goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from quorate.build import returning
from quorate.build.restarts import daemons, fitness, marks
from quorate.build.restarts.asking import would_do
from quorate.build.step import Fleet, Note, answer
from quorate.build.steps import pacemaker, proof, running
from quorate.build.want import Want
from quorate.errors import NeverComes, QuorateError, Refused
from quorate.machines.waiting import NotYet, until
from quorate.observe.facts import quorum
from quorate.observe.facts.cib import Cib
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.quorum import Quorum
from quorate.observe.gathering import gather

SETTLE_S = 120
SYNC_S = 3600  # the two copies of replicated data, once they were apart
EVERY_S = 0.3

Behind = Callable[[], Awaitable[frozenset[str]]]


async def restart(fleet: Fleet, want: Want, note: Note, behind: Behind) -> None:
    """Restart every node that is behind, until none is. behind: asks anew which nodes still are."""
    await daemons.start(fleet, fleet, want, "pacemaker")  # an apply before this one may have been killed
    await pacemaker.settled(fleet, want, lambda _: None)
    await take_back(fleet, want, note)
    done: set[str] = set()
    while left := await behind():
        if stuck := left & done:
            raise NeverComes(
                f"{', '.join(sorted(stuck))} was restarted, and Corosync still runs there without what it was to load",
                "see journalctl -u corosync there",
            )
        status = await whole(fleet, want)
        _, live = await returning.live(fleet)
        name = fitness.order(left, status, fitness.devices(live.root))[0]
        await one(fleet, want, name, note)
        done.add(name)


async def one(fleet: Fleet, want: Want, name: str, note: Note) -> None:
    """Restart one node."""
    others = {other: host for other, host in fleet.items() if other != name}
    try:
        await set_aside(fleet, want, name)
    except QuorateError:
        with suppress(QuorateError):
            await unmark(fleet, name)  # nothing was stopped yet: the node serves on
        raise
    note(f"{name} is empty; restart corosync and pacemaker there")
    await daemons.stop(fleet, [name], want, "pacemaker", *reversed(daemons.of_corosync(want)))
    await daemons.start(fleet, [name], want, "corosync")
    await until(f"{name} a member again", lambda: is_member(fleet, want, name), timeout_s=SETTLE_S, every_s=EVERY_S)
    await daemons.start(fleet, [name], want, *daemons.of_corosync(want)[1:], "pacemaker")
    await until(f"{name} online again", lambda: is_online(others, name), timeout_s=SETTLE_S, every_s=EVERY_S)
    await take_back(fleet, want, note)


async def whole(fleet: Fleet, want: Want) -> ClusterStatus:
    """Return how the cluster is, once nothing speaks against taking a node out; Refused where something does."""
    await returning.at_rest(fleet, running.patience_s(want))
    status = await returning.status(fleet)
    _, live = await returning.live(fleet)
    if found := [*await obstacles(fleet, want, live, status)]:
        raise Refused(f"no node was restarted: {'; '.join(found)}", "mend that first, then apply again")
    assert status is not None
    return status


async def obstacles(fleet: Fleet, want: Want, live: Cib | None, status: ClusterStatus | None) -> list[str]:
    """Return what speaks against it, in sentences."""
    if live is None or status is None:
        return ["no node can say how the cluster is"]
    votes = await votes_seen(fleet)
    found = list(fitness.against_rolling(status, (node.name for node in want.cluster.nodes), votes))
    if found:
        return found
    found += await proof.one_copy(fleet, want)
    fencing = fitness.devices(live.root)
    host, _ = await returning.live(fleet)
    for name in fleet:
        graph = await would_do(host, marks.emptied(live.root, name))
        if lost := fitness.ended(graph, status, name, fencing):
            found.append(f"without {name} there is no node for {', '.join(lost)}")
    return found


async def votes_seen(fleet: Fleet) -> Mapping[str, Quorum]:
    """Return what each node counts; nodes that do not answer are left out."""
    answers = await asyncio.gather(*(answer(gather(host, quorum)) for host in fleet.values()))
    return {name: view for name, view in zip(fleet, answers, strict=True) if view is not None}


async def set_aside(fleet: Fleet, want: Want, name: str) -> None:
    """Put a node into standby, and return when nothing runs there and all that has to run does elsewhere."""
    host, live = await returning.live(fleet)
    await host.run(marks.aside(live.root, name))

    async def empty() -> bool:
        status = await returning.status(fleet)
        node = status.node(name) if status else None
        if status is None or node is None or not node.standby:
            raise NotYet(f"{name} is not in standby")
        if there := sorted({r.id for r in status.resources if r.active and name in r.nodes}):
            raise NotYet(f"{', '.join(there)} on {name}")
        if idle := running.lacks(status, want):
            raise NotYet("; ".join(f"{id_} {words}" for id_, words in idle.items()))
        return True

    await until(f"{name} empty", empty, timeout_s=running.patience_s(want), every_s=EVERY_S)
    await returning.at_rest(fleet, running.patience_s(want))


async def is_member(fleet: Fleet, want: Want, name: str) -> bool:
    """Return True when that node counts every node and is quorate, and so do the others; else raise NotYet."""
    views = await votes_seen(fleet)
    everybody = {node.id for node in want.cluster.nodes}
    for other in fleet:
        view = views.get(other)
        if view is None or not view.quorate or {member.id for member in view.members} < everybody:
            raise NotYet(f"{other} does not see every node, or has no quorum")
    return name in views


async def is_online(others: Fleet, name: str) -> bool:
    """Return True when the other nodes see that node online; else raise NotYet."""
    status = await returning.status(others)
    if status is None or name not in status.online:
        raise NotYet(f"{name} is not online")
    return True


async def unmark(fleet: Fleet, name: str) -> None:
    """Take quorate's mark off a node."""
    host, live = await returning.live(fleet)
    if name in marks.read(live.root).standby:
        await host.run(marks.back(live.root, name))


async def take_back(fleet: Fleet, want: Want, note: Note) -> None:
    """Take the nodes out of the standby that quorate put them into, and return when the cluster is as it should be."""
    _, live = await returning.live(fleet)
    names = marks.read(live.root).standby
    for name in sorted(names):
        await unmark(fleet, name)
    if names:
        await returning.at_rest(fleet, running.patience_s(want))
        patience_s = running.patience_s(want)
        await until("every service running", lambda: all_run(fleet, want), timeout_s=patience_s, every_s=EVERY_S)
        await until("two copies of all data", lambda: is_in_sync(fleet, want), timeout_s=SYNC_S, every_s=1)
        note(f"{', '.join(sorted(names))} restarted and back; every service runs")


async def all_run(fleet: Fleet, want: Want) -> bool:
    """Return True when every wanted resource runs; else raise NotYet."""
    status = await returning.status(fleet)
    if status is None:
        raise NotYet("no node can say how the cluster is")
    if idle := running.lacks(status, want):
        raise NotYet("; ".join(f"{id_} {words}" for id_, words in idle.items()))
    return True


async def is_in_sync(fleet: Fleet, want: Want) -> bool:
    """Return True when no service's replicated data has one good copy alone; else raise NotYet."""
    if behind := await proof.one_copy(fleet, want):
        raise NotYet("; ".join(behind))
    return True
