"""Which disks, shared directories and memory the services of a cluster file give each node. Cluster in, Storage out.

Pure, but for `share`, which makes the directories. A disk is a file of this machine: one for each node that may run the
service, or one for all of them where it is shared. Nodes know it by the path of the cluster file. The quorum device's
host has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote

from quorate.build.want import services_on
from quorate.catalog.service import Disk
from quorate.describe.cluster import Cluster
from quorate.errors import UsageError
from quorate.lab.places import Places

SIZE_BYTES = 1 << 30
SECTOR_BYTES = 512
UBD_MAJOR, MINORS = 98, 16  # of the virtual disks: the kernel's Documentation/admin-guide/devices.txt
DISKS_MAX = 15  # User-Mode Linux numbers sixteen (ubda to ubdp); the first is the root file system


@dataclass(frozen=True, slots=True)
class LabDisk:
    """A disk of one node. name: below /dev; file: below the lab's directory; unit: its letter at the virtual bus."""

    path: str
    shared: bool
    file: str
    unit: str
    size_bytes: int = SIZE_BYTES

    @property
    def name(self) -> str:
        """The name below /dev."""
        return self.path.removeprefix("/dev/")

    def table(self, *, failed: bool) -> str:
        """Return the device-mapper table (dmsetup(8)): the disk itself, or an error on every read and write."""
        sectors = self.size_bytes // SECTOR_BYTES
        minor = MINORS * (ord(self.unit) - ord("a"))
        return f"0 {sectors} error" if failed else f"0 {sectors} linear {UBD_MAJOR}:{minor} 0"


@dataclass(frozen=True, slots=True)
class Storage:
    """disks: by node, in the order of their paths. directories: those that are the same on every node, sorted.

    claims_mib: by node, what its services claim in memory. Not shown: a lab that is up keeps the memory it has.
    """

    disks: dict[str, tuple[LabDisk, ...]]
    directories: tuple[str, ...] = ()
    claims_mib: dict[str, int] = field(default_factory=dict, repr=False)

    def disk(self, node: str, path: str) -> LabDisk:
        """Return a node's disk of that path; UsageError if there is none."""
        own = self.disks.get(node, ())
        for disk in own:
            if disk.path == path:
                return disk
        has = ", ".join(disk.path for disk in own) or "none"
        raise UsageError(f"Node {node} has no disk {path} in the lab.", f"Disks there: {has}.")


def storage(cluster: Cluster) -> Storage:
    """Return what the cluster's nodes have to store on. UsageError: a lab can not give a disk that name."""
    disks = {node.name: tuple(_disks(cluster, node.name)) for node in cluster.nodes}
    on = {node.name: services_on(cluster, node.name).values() for node in cluster.nodes}
    directories = {directory for services in on.values() for one in services for directory in one.shared_directories()}
    claims = {name: sum(service.memory_mib() for service in services) for name, services in on.items()}
    return Storage(disks, tuple(sorted(directories)), claims)


def share(places: Places, storage: Storage) -> None:
    """Make the directories that are the same on every node; whoever is there may write."""
    for path in storage.directories:
        directory = places.directory / shared_directory_file(path)
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o1777)


def shared_directory_file(directory: str) -> str:
    """Return where the content of a shared directory lies, below the lab's directory."""
    return f"shared/{quote(directory, safe='')}"


def _disks(cluster: Cluster, node: str) -> Iterator[LabDisk]:
    wanted: dict[str, Disk] = {}
    for service in services_on(cluster, node).values():
        for disk in service.disks():
            _check(disk)
            if wanted.setdefault(disk.path, disk).shared != disk.shared:
                raise UsageError(f"{disk.path} can not be shared by one service and not by another.")
    if len(wanted) > DISKS_MAX:
        raise UsageError(f"Node {node} would have {len(wanted)} disks.", f"A lab node has {DISKS_MAX} at most.")
    for number, path in enumerate(sorted(wanted), 1):
        unit, shared = chr(ord("a") + number), wanted[path].shared
        name = PurePosixPath(path).name
        yield LabDisk(path, shared, f"disks/{name}" if shared else f"nodes/{node}/disks/{name}", unit)


def _check(disk: Disk) -> None:
    path = PurePosixPath(disk.path)
    if str(path.parent) != "/dev" or not all(c.isalnum() or c in "._-+" for c in path.name) or path.name[0] == ".":
        raise UsageError(
            f"A lab has no disk {disk.path}.",
            "It makes disks directly below /dev, called by letters and digits: /dev/sdb, /dev/sda3.",
        )
    if path.name.startswith(("ubd", "dm-", "loop", "drbd", "null", "tty")):
        raise UsageError(f"A lab can not call a disk {disk.path}.", "The kernel has a device of that name already.")
