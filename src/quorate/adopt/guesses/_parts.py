"""What the kinds' guesses have in common: addresses, intervals, storage. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_interface

from quorate.adopt.draft import Section
from quorate.adopt.material import Disk
from quorate.describe.resources import Clone, Group, Primitive, Resource, Resources
from quorate.duration import text

UNKNOWN_DISK = "/dev/unknown"
"""What stands in the place of a disk that no input names; `quorate check` refuses it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The resources by id, and what a drbd.conf says of disks."""

    by_id: Mapping[str, Resource]
    disks: tuple[Disk, ...]

    @classmethod
    def of(cls, resources: Resources, disks: tuple[Disk, ...]) -> "Seen":
        """Return the resources by id."""
        return cls({resource.id: resource for resource in resources.resources}, disks)

    def primitive(self, name: str, agent: str = "") -> Primitive | None:
        """Return a primitive that an agent runs, e.g. ocf:heartbeat:apache; any agent for ""."""
        found = self.by_id.get(name)
        return found if isinstance(found, Primitive) and agent in {"", str(found.agent)} else None

    @property
    def groups(self) -> list[Group]:
        """The groups."""
        return [each for each in self.by_id.values() if isinstance(each, Group)]

    @property
    def clones(self) -> list[Clone]:
        """The clones."""
        return [each for each in self.by_id.values() if isinstance(each, Clone)]

    @property
    def inner(self) -> set[str]:
        """The members of groups and clones."""
        found = {member for group in self.groups for member in group.members}
        return found | {clone.member for clone in self.clones}


def parameter(primitive: Primitive, name: str) -> str:
    """Return a parameter, "" where it is not set."""
    value = primitive.parameters.get(name, "")
    return value if isinstance(value, str) else ""


def address(primitive: Primitive | None) -> Section | None:
    """Return the options of an IPaddr2; None if there is none, or it has no address with a prefix."""
    if primitive is None or str(primitive.agent) != "ocf:heartbeat:IPaddr2":
        return None
    try:
        interface = ip_interface(f"{parameter(primitive, 'ip')}/{parameter(primitive, 'cidr_netmask')}")
    except ValueError:
        return None
    nic = parameter(primitive, "nic")
    return {"address": str(interface)} | ({"nic": nic} if nic else {})


def monitor(primitive: Primitive, default_s: float) -> Section:
    """Return the option monitor, where it is not the default."""
    found = next((op.interval_s for op in primitive.operations if op.name == "monitor"), None)
    return {} if found is None or found == default_s else {"monitor": text(found)}


def carried_servers(seen: Seen, agent: str) -> Iterator[tuple[str, Primitive]]:
    """Yield the clones and groups called NAME that carry a primitive NAME-server of that agent, with it."""
    carriers: list[Group | Clone] = [*seen.groups, *seen.clones]
    for carrying in carriers:
        server = seen.primitive(f"{carrying.id}-server", agent)
        if server is not None:
            yield carrying.id, server


def data(name: str, seen: Seen, minor: int) -> Section | None:
    """Return where a service called `name` keeps its data; None if it has no file system. minor: of its kind."""
    mounted = seen.primitive(f"{name}-filesystem", "ocf:heartbeat:Filesystem")
    if mounted is None:
        return None
    device, directory = parameter(mounted, "device"), parameter(mounted, "directory")
    mount: Section = {} if directory == f"/srv/{name}" else {"mount": directory}
    kind = parameter(mounted, "fstype")
    if seen.primitive(f"{name}-drbd"):
        disk = next((d.disk for d in seen.disks if d.resource == name and d.disk), UNKNOWN_DISK)
        number = device.removeprefix("/dev/drbd")
        own = {"minor": int(number)} if number.isdecimal() and int(number) != minor else {}
        return {"drbd": {"disk": disk, "filesystem": kind, **own, **mount}}
    if volume := seen.primitive(f"{name}-volume"):
        group, logical = parameter(volume, "vgname"), parameter(volume, "lvname")
        lvm: Section = {"disk": UNKNOWN_DISK} | ({"group": group} if group != name else {})
        lvm |= {"volume": logical} if logical != "data" else {}
        return {"lvm": {**lvm, "filesystem": kind, **mount}}
    provided: Section = {"device": device} | ({"type": kind} if kind != "none" else {})
    options = parameter(mounted, "options")
    if options != ("bind" if kind == "none" else ""):
        provided["options"] = options
    return {"filesystem": {**provided, **mount}}
