"""departing: nodes that the running cluster has and the file has not.

In: what Corosync and the CIB of the file's nodes know of nodes. Out: a Departing for each that the file lacks, with a
connection to it where the operator wants it gone and it answers. Changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress

from quorate.build.step import Fleet, answer
from quorate.build.steps.running_members import listed
from quorate.build.want import Departing
from quorate.describe.cluster import Cluster
from quorate.errors import QuorateError, TimedOut, UsageError
from quorate.machines.host import Host
from quorate.observe.facts import cib, corosync_runtime
from quorate.observe.facts.cib import Cib
from quorate.observe.gathering import gather

Connect = Callable[[str, tuple[str, ...]], Awaitable[Host]]
"""Opens a node that is not in the file, by its name and addresses, whichever answers first."""


async def find(cluster: Cluster, fleet: Fleet, agreed: Collection[str], connect: Connect | None) -> list[Departing]:
    """Return the nodes to go, by name. UsageError for names that are in the file."""
    if staying := sorted(set(agreed) & {node.name for node in cluster.nodes}):
        raise UsageError(f"--remove: {', '.join(staying)} is in the file", "take it out of the file first")
    running = await asyncio.gather(*(answer(gather(host, corosync_runtime)) for host in fleet.values()))
    live = await first_cib(fleet)
    found = lacking(cluster, [one.values for one in running if one], [live] if live else [])
    return list(await asyncio.gather(*(_reached(one, one.name in agreed, connect) for one in found)))


async def first_cib(fleet: Fleet) -> Cib | None:
    """Return the CIB of the first node that tells it. One that waits for a DC in vain does not."""
    for host in fleet.values():
        with suppress(TimedOut):
            if (live := await answer(gather(host, cib))) is not None:
                return live
    return None


def lacking(cluster: Cluster, running: Iterable[Mapping[str, str]], lives: Iterable[Cib]) -> list[Departing]:
    """Return the nodes of Corosync's list and of the CIB that are not in the file, by name."""
    names = {node.name for node in cluster.nodes}
    addresses = {str(link.ip) for node in cluster.nodes for link in node.links}
    found: dict[str, Departing] = {}
    for live in lives:
        for node in live.root.iterfind("configuration/nodes/node"):
            name, id_ = node.get("uname", ""), node.get("id", "")
            if name not in names and node.get("type", "member") == "member" and id_.isdigit():
                found[name] = Departing(name, int(id_))
    for values in running:
        for peer in listed(values):
            if peer.name in names or (not peer.name and peer.addresses & addresses):
                continue
            name = peer.name or min(peer.addresses, default=str(peer.id))
            found[name] = Departing(name, peer.id, tuple(sorted(peer.addresses)))
    return [found[name] for name in sorted(found)]


async def _reached(one: Departing, agreed: bool, connect: Connect | None) -> Departing:
    if not agreed or connect is None:
        return Departing(one.name, one.id, one.addresses, agreed)
    try:
        host = await connect(one.name, one.addresses)
    except QuorateError as error:
        return Departing(one.name, one.id, one.addresses, agreed, error=error.message)
    return Departing(one.name, one.id, one.addresses, agreed, host)
