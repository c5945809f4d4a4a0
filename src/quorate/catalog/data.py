"""data: where a service keeps its data, as operators write it in the cluster file. Options in, a Store out. Pure."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from quorate.catalog.service import Disk
from quorate.catalog.storage import Mount, Provided, Replicated, SharedVolume, Store
from quorate.describe.fields import AbsolutePath, Line, Port
from quorate.describe.mismatch import mismatch
from quorate.describe.reader import pattern, whole
from quorate.describe.sections.section import Section

DiskPath = Annotated[
    str,
    pattern(
        r"/dev/[A-Za-z0-9_][A-Za-z0-9_.:/@+-]*",
        "the path of a block device",
        why="it is handed to DRBD or LVM on every node",
        fix="write a path below /dev, best one that does not change from boot to boot (/dev/disk/by-id/...)",
    ),
]
VolumeName = Annotated[
    str,
    pattern(
        r"[A-Za-z0-9_+.][A-Za-z0-9_+.-]{0,126}",
        "a name as LVM allows",
        why="LVM takes letters, digits and + _ . - and no hyphen in front (lvm(8))",
        fix="use letters, digits and + _ . -",
    ),
]


class Drbd(Section):
    """A disk of its own in each of two nodes, replicated by DRBD."""

    disk: DiskPath = Field(description="the backing disk, by the same path on both nodes; all of it is used")
    filesystem: Literal["xfs", "ext4"] = Field("xfs", description="file system on the replicated device (default xfs)")
    mount: AbsolutePath | None = Field(None, description="where it is mounted (default /srv/NAME of the service)")
    minor: Annotated[int, whole(0, 255, "a minor number")] | None = Field(
        None, description="number of the device /dev/drbdN; each replicated device of a node needs its own"
    )
    port: Port | None = Field(None, description="TCP port of the replication; each device needs its own")
    protocol: Literal["A", "B", "C"] = Field(
        "C",
        description="C (default): a write is acknowledged when both nodes have it; A, B: earlier, and it can be lost",
    )
    link: Annotated[int, whole(0, 7, "a link number")] | None = Field(
        None, description="cluster link whose addresses it replicates over (default: the last)"
    )
    resync_rate: Annotated[int, whole(1, 10_000, "a rate in MiB a second")] = Field(
        100, description="rate of a resynchronisation, in MiB a second (default 100)"
    )
    verify: Line = Field("sha1", description="digest with which `drbdadm verify` compares both sides (default sha1)")


class Lvm(Section):
    """A logical volume on a disk that every node sees, active on one node at a time."""

    disk: DiskPath = Field(description="the shared disk, by the same path on every node; all of it is used")
    group: VolumeName | None = Field(None, description="volume group (default: the service's name)")
    volume: VolumeName = Field("data", description="logical volume; it takes the whole group (default data)")
    filesystem: Literal["xfs", "ext4"] = Field("ext4", description="file system on the volume (default ext4)")
    mount: AbsolutePath | None = Field(None, description="where it is mounted (default /srv/NAME of the service)")


class Filesystem(Section):
    """A file system that is there already, mounted where the service runs."""

    device: Line = Field(description="a block device, an NFS export (HOST:/PATH), or a directory that the nodes share")
    type: Line = Field(
        "none", description="as for mount(8): nfs, ext4 ...; none (default) for a directory (a bind mount)"
    )
    options: Line | None = Field(None, description="mount options (default for a directory: bind)")
    mount: AbsolutePath | None = Field(None, description="where it is mounted (default /srv/NAME of the service)")


class Data(Section):
    """Where a service keeps its data: one of drbd, lvm and filesystem."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    drbd: Drbd | None = Field(None, description="a disk in each of two nodes, replicated")
    lvm: Lvm | None = Field(None, description="a disk that every node sees")
    filesystem: Filesystem | None = Field(None, description="a file system that is there already")

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, data: Any) -> Any:
        ways = tuple(cls.model_fields)
        if not isinstance(data, dict) or data.keys() - set(ways):
            return data  # what is wrong with it is said of the whole mapping, or of the unknown key
        given = [key for key in ways if data.get(key) is not None]
        if len(given) != 1:
            raise mismatch(
                "bad-value",
                f"must hold one of {', '.join(ways)}, and holds {' and '.join(given) or 'none of them'}",
                why="a service's data lies in one place",
                fix="write e.g. {drbd: {disk: /dev/sda3}}",
            )
        return data

    def store(self, name: str, minor: int) -> Store:
        """Return the storage of the service called `name`. minor: DRBD's, where the file gives none."""
        if self.drbd:
            d = self.drbd
            number = minor if d.minor is None else d.minor
            return Replicated(
                name=name,
                disk=d.disk,
                minor=number,
                port=FIRST_PORT + number if d.port is None else d.port,
                mount=Mount(f"/dev/drbd{number}", d.mount or f"/srv/{name}", d.filesystem),
                protocol=d.protocol,
                link=-1 if d.link is None else d.link,
                resync_mib_s=d.resync_rate,
                verify=d.verify,
            )
        if self.lvm:
            v = self.lvm
            group = v.group or name
            mount = Mount(f"/dev/{group}/{v.volume}", v.mount or f"/srv/{name}", v.filesystem)
            return SharedVolume(group, v.volume, v.disk, mount)
        f = self.filesystem
        assert f is not None
        options = f.options if f.options is not None else ("bind" if f.type == "none" else "")
        return Provided(Mount(f.device, f.mount or f"/srv/{name}", f.type, options))

    def packages(self) -> tuple[str, ...]:
        """Return quorate's words for the packages it needs."""
        if self.drbd:
            return ("drbd", self.drbd.filesystem)
        return ("lvm", self.lvm.filesystem) if self.lvm else ("mount",)

    def disks(self) -> tuple[Disk, ...]:
        """Return the block devices hosts must have."""
        if self.drbd:
            return (Disk(self.drbd.disk),)
        return (Disk(self.lvm.disk, shared=True),) if self.lvm else ()

    def shared_directories(self) -> tuple[str, ...]:
        """Return the directory that all nodes share, where that is how the data is kept."""
        f = self.filesystem
        return (f.device,) if f and f.type == "none" and f.device.startswith("/") else ()

    def modules(self) -> tuple[str, ...]:
        """Return the kernel modules it needs."""
        return ("drbd",) if self.drbd else ("dm_mod",) if self.lvm else ()


FIRST_PORT = 7700
"""DRBD's port for minor 0; documents of the field count up from 7788 or, as the OpenStack HA guide does, from 7700."""
