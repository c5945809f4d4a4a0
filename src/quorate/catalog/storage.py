"""Storage: what a service keeps its data on, as values, and what Pacemaker runs for each. Pure.

    Replicated     a DRBD device with a file system on it; one of two nodes has it
    SharedVolume   a logical volume on a disk that all nodes see; active on one node at a time
    Provided       a file system that is there already: a device, an NFS export, a directory that the nodes share

Sources: drbd.conf(5), ocf:linbit:drbd; lvmsystemid(7), ocf:heartbeat:LVM-activate; ocf:heartbeat:Filesystem.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from quorate.describe.cluster import Node
from quorate.describe.resources import (
    AgentName,
    Clone,
    Colocation,
    Constraint,
    Group,
    Operation,
    Order,
    Primitive,
    Resource,
    Resources,
)

DRBD = AgentName("ocf", "linbit", "drbd")
LVM_ACTIVATE = AgentName("ocf", "heartbeat", "LVM-activate")
FILESYSTEM = AgentName("ocf", "heartbeat", "Filesystem")

# Promotion waits for the fencing handler, and that for the peer's power; a stop waits for a device that is still busy.
DRBD_OPERATIONS = (
    Operation("start", timeout_s=240),
    Operation("stop", timeout_s=120),
    Operation("promote", timeout_s=180),
    Operation("demote", timeout_s=120),
    Operation("monitor", interval_s=11, timeout_s=60, role="Promoted"),
    Operation("monitor", interval_s=13, timeout_s=60, role="Unpromoted"),
)


@dataclass(frozen=True, slots=True)
class Mount:
    """A file system and where it is mounted. type, options: as for mount(8); a bind mount has the type "none"."""

    device: str
    directory: str
    type: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class Replicated:
    """A DRBD resource called `name`, /dev/drbd`minor` on `disk` of each of two nodes.

    link: the cluster link whose addresses it replicates over; negative: counted from the last. resync_mib_s: the rate
    of a resynchronisation, in MiB a second. verify: the digest with which `drbdadm verify` compares both sides.
    """

    name: str
    disk: str
    minor: int
    port: int
    mount: Mount
    protocol: Literal["A", "B", "C"] = "C"
    link: int = -1
    resync_mib_s: int = 100
    verify: str = "sha1"


@dataclass(frozen=True, slots=True)
class SharedVolume:
    """Logical volume `volume` in volume group `group`, which owns `disk`, a disk that every node sees."""

    group: str
    volume: str
    disk: str
    mount: Mount


@dataclass(frozen=True, slots=True)
class Provided:
    """A file system that somebody else provides; quorate only has it mounted where the service runs.

    together: several nodes may have it mounted at once, for none of them writes where another does.
    """

    mount: Mount
    together: bool = False


Store = Replicated | SharedVolume | Provided


@dataclass(frozen=True, slots=True)
class Usual:
    """Where a server's data lie on a host that no cluster has touched, and how to know them. Names are right in there.

    unit: systemd's, which serves them. whole: without it they are no data. own: the directories that the server's
    package makes; any other is an operator's. running: what only a server leaves that runs, or was killed. foreign:
    what says that the data cannot be served here, with the reason.
    """

    directory: str
    unit: str
    whole: str
    own: frozenset[str] = frozenset()
    running: tuple[str, ...] = ()
    foreign: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seed:
    """What a new file system must hold before the service's first start.

    directory: made with this owner, group and mode. fill: a command that fills it, run once, as root, with the file
    system mounted; it has been filled when `filled` exists (a path). program: the server's, which AppArmor may keep
    from directories that it does not know. usual: where a host may have such data already; None: nowhere, or they
    cannot be moved.
    """

    directory: str
    owner: str
    group: str
    mode: int = 0o750
    fill: tuple[str, ...] = ()
    filled: str = ""
    program: str = ""
    usual: Usual | None = None


def carried(name: str, store: Store, nodes: Sequence[Node], members: Sequence[Primitive], group: Group) -> Resources:
    """Return the resources of a service whose data lies on `store`: its members start on top of the file system.

    group: the service's group, without the store's own members, which come first.
    """
    below = tuple(_members(name, store))
    whole = Group(group.id, (*(p.id for p in below), *(p.id for p in members)), group.meta)
    resources: tuple[Resource, ...] = (*below, *members, whole)
    if not isinstance(store, Replicated):
        return Resources(resources=resources)
    device = Primitive(
        f"{name}-drbd", DRBD, MappingProxyType({"drbd_resource": store.name}), operations=DRBD_OPERATIONS
    )
    once = {"promoted-max": "1", "promoted-node-max": "1", "clone-max": str(len(nodes)), "clone-node-max": "1"}
    replicas = Clone(f"{name}-replicas", device.id, promotable=True, meta=MappingProxyType({**once, "notify": "true"}))
    constraints: tuple[Constraint, ...] = (
        Colocation(f"{name}-with-promoted", name, replicas.id, with_role="Promoted"),
        Order(f"{name}-after-promotion", replicas.id, name, first_action="promote", then_action="start"),
    )
    return Resources(resources=(device, replicas, *resources), constraints=constraints)


def _members(name: str, store: Store) -> Iterator[Primitive]:
    if isinstance(store, SharedVolume):
        parameters = {
            "vgname": store.group,
            "lvname": store.volume,
            "vg_access_mode": "system_id",
            "activation_mode": "exclusive",
        }
        yield Primitive(
            f"{name}-volume",
            LVM_ACTIVATE,
            MappingProxyType(parameters),
            operations=(Operation("monitor", interval_s=30, timeout_s=90),),
        )
    mount = store.mount
    parameters = {"device": mount.device, "directory": mount.directory, "fstype": mount.type}
    if mount.options:
        parameters["options"] = mount.options
    yield Primitive(
        f"{name}-filesystem",
        FILESYSTEM,
        MappingProxyType(parameters),
        operations=(Operation("monitor", interval_s=20, timeout_s=60),),
    )
