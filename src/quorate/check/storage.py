"""Storage: what services keep their data on, which file systems are mounted, and where the file says so. Pure.

`stores` are those that quorate builds, from the services. `mounts` are all Filesystem resources: of the services, and
those written by hand in `resources`.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from quorate.catalog.service import Service
from quorate.catalog.site import nodes_of
from quorate.catalog.storage import Provided, Replicated, SharedVolume, Store
from quorate.check.context import Context, Path
from quorate.describe.cluster import Cluster
from quorate.describe.resources import Clone, Primitive

WAYS: dict[type[Store], str] = {Replicated: "drbd", SharedVolume: "lvm", Provided: "filesystem"}

ONE_NODE = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "reiserfs", "jfs", "vfat", "zfs", "f2fs"})
"""File systems that know of no other node: mounted twice they are destroyed."""
CLUSTERED = frozenset({"gfs2", "ocfs2"})
"""File systems that several nodes may mount at once from one device."""


@dataclass(frozen=True, slots=True)
class Held:
    """A service's store. nodes: names of those that may run the service."""

    service: str
    store: Store
    nodes: frozenset[str]

    def path(self, *keys: str) -> Path:
        """Return where the file says it, e.g. with the key "disk"."""
        return ("services", self.service, "data", WAYS[type(self.store)], *keys)


@dataclass(frozen=True, slots=True)
class Mounted:
    """A Filesystem resource. store: the service's it belongs to, None for one written by hand."""

    primitive: Primitive
    device: str
    directory: str
    type: str
    store: Held | None
    base: Path

    def path(self, parameter: str) -> Path:
        """Return where the file says device, directory or fstype."""
        if self.store is None:
            return (*self.base, "parameters", parameter)
        words = {"directory": "mount", "fstype": "type" if isinstance(self.store.store, Provided) else "filesystem"}
        return self.store.path(words.get(parameter, parameter))


def stores(cluster: Cluster) -> tuple[Held, ...]:
    """Return the stores of all services, in the order of the file."""
    found = []
    for name, service in cluster.services.items():
        store = service.store(name) if isinstance(service, Service) else None
        if store is not None:
            found.append(Held(name, store, frozenset(node.name for node in nodes_of(cluster, service))))
    return tuple(found)


def mounts(cluster: Cluster, context: Context) -> tuple[Mounted, ...]:
    """Return every Filesystem resource that says what it mounts where."""
    by_service = {held.service: held for held in stores(cluster)}
    found = []
    for primitive in context.primitives:
        device, directory, kind = (parameter(primitive, name) for name in ("device", "directory", "fstype"))
        if is_of(primitive, "Filesystem") and device and directory:
            base = context.path(primitive.id)
            store = by_service.get(str(base[1])) if base[0] == "services" else None
            found.append(Mounted(primitive, device, directory, kind, store, base))
    return tuple(found)


def drbd_clones(context: Context) -> Iterator[tuple[Primitive, Clone]]:
    """Yield each resource of ocf:linbit:drbd that is in a clone, with it."""
    for primitive in context.primitives:
        clone = context.clone_of(primitive.id)
        if clone is not None and is_of(primitive, "drbd", "linbit"):
            yield primitive, clone


def is_of(primitive: Primitive, kind: str, provider: str = "heartbeat") -> bool:
    """Say whether the primitive is run by the agent ocf:`provider`:`kind`."""
    return primitive.agent is not None and (primitive.agent.provider, primitive.agent.type) == (provider, kind)


def parameter(primitive: Primitive, name: str) -> str:
    """Return a parameter's value, "" where it is absent or secret."""
    value = primitive.parameters.get(name, "")
    return value if isinstance(value, str) else ""


def collisions(held: tuple[Held, ...], key: Callable[[Held], Hashable | None]) -> Iterator[tuple[Held, Held]]:
    """Yield each store that has the key of an earlier one on a common node, with the earlier; None is no key."""
    for index, later in enumerate(held):
        for earlier in held[:index]:
            if key(later) is not None and key(later) == key(earlier) and later.nodes & earlier.nodes:
                yield later, earlier
                break
