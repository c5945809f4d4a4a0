"""Disks: what resources written by hand keep data on, as far as a CIB tells: DRBD, volume groups, file systems. Pure.

A DRBD resource in a promotable clone has a disk in each node that may run it; the CIB does not name it, so it goes by
the DRBD resource. A volume group, and a device that is mounted and is none of these, are taken to be shared by all
nodes, for a resource that can move has to find its data wherever it is.
"""

from collections.abc import Iterator

from quorate.explore.configured import Configured, Primitive
from quorate.explore.subject import Disk, Service

DRBD = "ocf:linbit:drbd"
FILESYSTEM = "ocf:heartbeat:Filesystem"
VOLUME_GROUP = {"ocf:heartbeat:LVM-activate": "vgname", "ocf:heartbeat:LVM": "volgrpname"}


def disks(configured: Configured, services: tuple[Service, ...]) -> Iterator[Disk]:
    """Yield each disk below the primitives of some services."""
    groups = {name for primitive in configured.primitives.values() if (name := _volume_group(primitive))}
    for service in services:
        for id_ in service.needs:
            yield from _below(configured, service, configured.primitives[id_], groups)


def _below(configured: Configured, service: Service, primitive: Primitive, groups: set[str]) -> Iterator[Disk]:
    id_, given = primitive.id, primitive.parameters
    if primitive.agent == DRBD and configured.parts[id_].promotable:
        path = f"drbd:{given.get('drbd_resource', id_)}"
        for node in service.nodes:
            yield Disk(path, service.name, node, (id_,), replicated=True, resource=id_)
    elif group := _volume_group(primitive):
        yield Disk(f"vg:{group}", service.name, parts=(id_,))
    elif primitive.agent == FILESYSTEM and _is_disk(given.get("device", ""), groups):
        yield Disk(given["device"], service.name, parts=(id_,))


def _volume_group(primitive: Primitive) -> str:
    return primitive.parameters.get(VOLUME_GROUP.get(primitive.agent, ""), "")


def _is_disk(device: str, groups: set[str]) -> bool:
    """Say whether what is mounted is a disk (or an export) of its own, not DRBD's, a volume of a group, or a name."""
    if device.startswith("/dev/"):
        below = device.removeprefix("/dev/").removeprefix("mapper/")
        of_group = any(below.startswith((f"{group}/", f"{group.replace('-', '--')}-")) for group in groups)
        return not below.startswith("drbd") and not of_group
    return ":" in device or device.startswith("/")
