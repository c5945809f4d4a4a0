"""View: what one node answers when it is asked how the cluster is. Asks, never judges.

In: hosts, and why others could not be reached. Out: one View per node, where an answer that did not come stands as the
error that says why. Nodes are asked all at once, and each its questions at once: it takes as long as the slowest.
"""

import asyncio
import time
from collections.abc import Awaitable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeVar

from quorate.errors import QuorateError, Unknown
from quorate.machines.host import Host
from quorate.observe.facts import (
    change_records,
    change_under_way,
    cluster_status,
    constraints,
    corosync_links,
    drbd_status,
    lvm,
    mounts,
    quorum,
    unit_state,
    wall_clock,
)
from quorate.observe.facts.change_records import ChangeRecord
from quorate.observe.facts.clock import Offset
from quorate.observe.facts.cluster_status import ClusterStatus
from quorate.observe.facts.constraints import LocationConstraint
from quorate.observe.facts.corosync_links import CorosyncLinks
from quorate.observe.facts.drbd_status import DrbdStatus
from quorate.observe.facts.lvm import Lvm
from quorate.observe.facts.mounts import Mounted
from quorate.observe.facts.quorum import Quorum
from quorate.observe.facts.unit_state import Unit
from quorate.observe.gathering import gather, gather_about

T = TypeVar("T")
Question = Literal["drbd", "lvm", "mounts"]
"""What is asked of a node only where a service keeps data on it."""

TIMEOUT_S = 6.0
"""A node that cannot say within this time how it is does not count as answering."""
NOTHING: Mapping[str, frozenset[Question]] = MappingProxyType({})
UNITS = ("corosync.service", "pacemaker.service")


@dataclass(frozen=True, slots=True)
class View:
    """One node's answers. Each is the fact, or the QuorateError that says why there is none.

    units: Corosync and Pacemaker, by name; an error there means that the node itself did not answer.
    drbd, lvm, mounts: None where they were not asked for. changing: who holds apply's lock there. records: the newest
    record of a change that it has kept. clock: how far its clock is from this machine's, None where that is not known.
    """

    name: str
    units: Mapping[str, Unit] | QuorateError
    cluster: ClusterStatus | QuorateError
    quorum: Quorum | QuorateError
    links: CorosyncLinks | QuorateError
    constraints: tuple[LocationConstraint, ...] | QuorateError
    drbd: DrbdStatus | QuorateError | None = None
    lvm: Lvm | QuorateError | None = None
    mounts: tuple[Mounted, ...] | QuorateError | None = None
    changing: str | None = None
    records: tuple[ChangeRecord, ...] = ()
    clock: Offset | None = None

    @property
    def silence(self) -> QuorateError | None:
        """Why the node said nothing at all; None where it answered, if only that nothing runs."""
        return self.units if isinstance(self.units, QuorateError) else None

    @property
    def down(self) -> tuple[Unit, ...]:
        """Corosync and Pacemaker, as far as they do not run on a node that answers."""
        if isinstance(self.units, QuorateError):
            return ()
        return tuple(self.units[name] for name in UNITS if name in self.units and not self.units[name].is_active)


async def look(
    hosts: Iterable[Host], failed: Mapping[str, QuorateError], storage: Mapping[str, frozenset[Question]] = NOTHING
) -> tuple[View, ...]:
    """Ask every host everything at once. failed: the nodes without a connection, with the reason.

    storage: what to ask each host about its storage, by name.
    """
    asked = await asyncio.gather(*(_ask(host, storage.get(host.name, frozenset())) for host in hosts))
    return (*asked, *(unreachable(name, error) for name, error in failed.items()))


async def _ask(host: Host, storage: frozenset[Question]) -> View:
    units, cluster, votes, links, moves, (kept, changes, clock) = await asyncio.gather(
        _or_error(gather_about(host, unit_state, *UNITS, timeout_s=TIMEOUT_S)),
        _or_error(gather(host, cluster_status, timeout_s=TIMEOUT_S)),
        _or_error(gather(host, quorum, timeout_s=TIMEOUT_S)),
        _or_error(gather(host, corosync_links, timeout_s=TIMEOUT_S)),
        _or_error(gather(host, constraints, timeout_s=TIMEOUT_S)),
        asyncio.gather(_ask_storage(host, storage), _ask_changes(host), _ask_clock(host)),
    )
    return View(host.name, units, cluster, votes, links, moves, *kept, *changes, clock)


async def _ask_clock(host: Host) -> Offset | None:
    """Compare the node's clock with this machine's; the answer was on its way at some time between the two readings."""
    asked_s = time.time()
    told_s = await _or_error(gather(host, wall_clock, timeout_s=TIMEOUT_S))
    answered_s = time.time()
    if isinstance(told_s, QuorateError):
        return None
    return Offset(told_s - (asked_s + answered_s) / 2, (answered_s - asked_s) / 2)


async def _ask_changes(host: Host) -> tuple[str | None, tuple[ChangeRecord, ...]]:
    """Ask who changes the cluster, and for the newest record; what is not known here, another node may know."""
    changing, records = await asyncio.gather(
        _or_error(gather(host, change_under_way, timeout_s=TIMEOUT_S)),
        _or_error(gather_about(host, change_records, 1, timeout_s=TIMEOUT_S)),
    )
    who = None if isinstance(changing, QuorateError) else changing
    return who, records if isinstance(records, tuple) else ()


async def _ask_storage(
    host: Host, storage: frozenset[Question]
) -> tuple[DrbdStatus | QuorateError | None, Lvm | QuorateError | None, tuple[Mounted, ...] | QuorateError | None]:
    return await asyncio.gather(
        _if("drbd" in storage, gather(host, drbd_status, timeout_s=TIMEOUT_S)),
        _if("lvm" in storage, gather(host, lvm, timeout_s=TIMEOUT_S)),
        _if("mounts" in storage, gather(host, mounts, timeout_s=TIMEOUT_S)),
    )


async def _if(wanted: bool, answer: Coroutine[None, None, T]) -> T | QuorateError | None:
    if wanted:
        return await _or_error(answer)
    answer.close()
    return None


async def _or_error(answer: Awaitable[T]) -> T | QuorateError:
    try:
        return await answer
    except QuorateError as error:
        return error


def unreachable(name: str, error: QuorateError) -> View:
    """Return the view of a node to which there is no connection."""
    unknown = Unknown(error.message, error.hint)
    return View(name, error, unknown, unknown, unknown, unknown)
