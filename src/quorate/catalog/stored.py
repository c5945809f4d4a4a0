"""StoredService: a kind of service whose data lies on storage that the next node can take over. Data only, pure."""

from collections.abc import Sequence
from typing import ClassVar

from quorate.catalog.data import Data
from quorate.catalog.platform import Platform
from quorate.catalog.service import Disk, Service
from quorate.catalog.storage import Store
from quorate.describe.cluster import IPInterface
from quorate.describe.fields import FloatingAddress, Name


class StoredService(Service):
    """A server behind a floating address with the option `data`, and all answers that follow from these.

    Its package and its unit have the kind's name among a platform's. minor: DRBD's number where the file gives none;
    each kind has its own, so that one of each can stand side by side.
    """

    minor: ClassVar[int]

    address: FloatingAddress
    data: Data
    nic: Name | None = None

    def packages(self) -> Sequence[str]:
        """Return the server, what its storage needs and what the address needs."""
        return (self.kind, "address", *self.data.packages())

    def units(self, platform: Platform) -> Sequence[str]:
        """Return the server's unit, and DRBD's: Pacemaker starts both, nothing else may."""
        own = (platform.units[self.kind],)
        return (*own, platform.units["drbd"]) if self.data.drbd else own

    def store(self, name: str) -> Store:
        """Return what the data lies on."""
        return self.data.store(name, self.minor)

    def disks(self) -> Sequence[Disk]:
        """Return the disk below the data."""
        return self.data.disks()

    def shared_directories(self) -> Sequence[str]:
        """Return the directory that the nodes share, if that is where the data lies."""
        return self.data.shared_directories()

    def modules(self) -> Sequence[str]:
        """Return the kernel modules of the storage."""
        return self.data.modules()

    def addresses(self) -> Sequence[IPInterface]:
        """Return the floating address."""
        return (self.address,)
