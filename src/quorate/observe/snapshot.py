"""Snapshot: what every node says of itself and of the cluster, all asked at the same moment.

In: hosts. Out: a Snapshot; an answer that did not come stands in it as the error that says why, never as a default.
The nodes' views are kept apart, because after a split they differ, and that is what one needs to see.
"""

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from quorate.errors import QuorateError, Unknown
from quorate.machines.host import Host
from quorate.observe.facts import boot_id, cluster_status, corosync_links, quorum, unit_state
from quorate.observe.facts.clock import Clock, Offset
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.corosync_links import CorosyncLinks
from quorate.observe.facts.quorum import Quorum
from quorate.observe.facts.unit_state import Unit
from quorate.observe.gathering import clock_and_offset, gather, gather_about

T = TypeVar("T")

UNITS = ("corosync.service", "pacemaker.service")


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node's answers. Each is the fact, or the QuorateError that says why there is none."""

    name: str
    boot_id: str | QuorateError
    units: Mapping[str, Unit] | QuorateError
    clock: tuple[Clock, Offset] | QuorateError
    links: CorosyncLinks | QuorateError
    quorum: Quorum | QuorateError
    cluster: ClusterStatus | QuorateError

    @property
    def quorate(self) -> bool:
        """Whether the node says it has quorum; False also where it does not answer."""
        return isinstance(self.quorum, Quorum) and self.quorum.quorate


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All nodes' views by name, in the order asked. taken_at_s: seconds since 1970. seconds: how long it took."""

    nodes: Mapping[str, NodeView]
    taken_at_s: float
    seconds: float

    @property
    def cluster(self) -> ClusterStatus | None:
        """The view that counts: of the designated controller, else of a node with quorum; None without either.

        Two nodes that both claim to be the controller are not settled here; look at the views.
        """
        told = [view for view in self.nodes.values() if isinstance(view.cluster, ClusterStatus) and view.quorate]
        own = [view for view in told if isinstance(view.cluster, ClusterStatus) and view.cluster.dc == view.name]
        return next((view.cluster for view in own + told if isinstance(view.cluster, ClusterStatus)), None)

    @property
    def silent(self) -> Mapping[str, QuorateError]:
        """The nodes that did not answer at all, with the reason."""
        return {
            name: view.boot_id
            for name, view in self.nodes.items()
            if isinstance(view.boot_id, QuorateError) and isinstance(view.units, QuorateError)
        }


async def take(hosts: Sequence[Host], *, units: Sequence[str] = UNITS, timeout_s: float = 10) -> Snapshot:
    """Ask every host everything at once."""
    start_s, start = time.time(), time.monotonic()
    views = await asyncio.gather(*(_view(host, units, timeout_s) for host in hosts))
    by_name = MappingProxyType({view.name: view for view in views})
    return Snapshot(by_name, start_s, time.monotonic() - start)


async def _view(host: Host, units: Sequence[str], timeout_s: float) -> NodeView:
    boot, states, clock, links, votes, cluster = await asyncio.gather(
        _or_error(gather(host, boot_id, timeout_s=timeout_s)),
        _or_error(gather_about(host, unit_state, *units, timeout_s=timeout_s)),
        _or_error(clock_and_offset(host, timeout_s=timeout_s)),
        _or_error(gather(host, corosync_links, timeout_s=timeout_s)),
        _or_error(gather(host, quorum, timeout_s=timeout_s)),
        _or_error(gather(host, cluster_status, timeout_s=timeout_s)),
    )
    return NodeView(host.name, boot, states, clock, links, votes, cluster)


async def _or_error(answer: Awaitable[T]) -> T | QuorateError:
    try:
        return await answer
    except QuorateError as error:
        return error


def unreachable(name: str, error: QuorateError) -> NodeView:
    """Return the view of a node to which no connection could be made."""
    unknown = Unknown(error.message, error.hint)
    return NodeView(name, error, error, unknown, unknown, unknown, unknown)
