"""Service: the protocol of a kind of service. One subclass per file in `services/`, data only, pure.

A service says what it needs on a host (packages, files, units kept from starting at boot), what Pacemaker runs
for it (resources and constraints), and how a client can tell that it works (probe).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal

from quorate.catalog.key_repository import KeyRepository
from quorate.catalog.made import MadeSecret
from quorate.catalog.platform import Platform
from quorate.catalog.proxied import Proxied
from quorate.catalog.servers import Servers
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site, link_of
from quorate.catalog.storage import Seed, Store
from quorate.describe.cluster import IPInterface, Node
from quorate.describe.resources import Resources
from quorate.describe.service import ServiceOptions


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file a service needs on a host. `replace` False: written only when absent (the operator's own wins).

    make_parents: its directory is not the package's, and is made where it is missing.
    check: an argument vector that must be content with a file of this content before it takes its place; the path of
    that file is appended.
    then: argument vectors to run on the host once it was written, for programs that read it only when told.
    reader: the primitive whose server reads it, where that matters to one that runs; taken: what has that take over
    another content: a reload, which `then` makes, or its own restart, which is the operator's to choose.
    """

    path: str
    content: str
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    replace: bool = True
    make_parents: bool = False
    check: tuple[str, ...] = ()
    then: tuple[tuple[str, ...], ...] = ()
    reader: str = ""
    taken: Literal["", "reload", "restart"] = ""


def unit_file(path: str, content: str, reader: str) -> HostFile:
    """Return a systemd unit, or a drop-in for one: systemd knows it at once, its server when that starts anew."""
    then = (("systemctl", "daemon-reload"),)
    return HostFile(path, content, make_parents=True, then=then, reader=reader, taken="restart")


@dataclass(frozen=True, slots=True)
class Disk:
    """A block device that a service keeps its data on, by the path that nodes know it by, e.g. /dev/sda3.

    shared: one disk that every node sees; else each node has one of its own under that path.
    """

    path: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """How a client asks the service whether it works. target: URL or host:port; expect: text in a good answer."""

    kind: Literal["http", "sql", "amqp", "tcp", "icmp", "token", "image"]
    target: str
    expect: str = ""


class Service(ServiceOptions):
    """A kind of service. Subclasses set `kind` and `example`, and answer the questions below."""

    example: ClassVar[str] = ""  # a whole cluster file, printed by `quorate new KIND`
    # What others may use it for: "sql", "amqp", "cache", "identity", "images", "entrance" (a floating address).
    offers: ClassVar[str] = ""
    # What it cannot do without, as others offer it, with the option that names one of several.
    requires: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def packages(self) -> Sequence[str]:
        """Return quorate's words (Platform.packages) for the packages it needs on every node that may run it."""
        return ()

    def units(self, platform: Platform) -> Sequence[str]:
        """Return the systemd units that Pacemaker runs, and that must not start at boot."""
        return ()

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the files this service needs on `node`. `made(NAME)` in a content stands for a secret of `secrets`."""
        return ()

    def resources(self, site: Site) -> Resources:
        """Return what Pacemaker runs for the service; the carrying resource's id is the service's name itself."""
        raise NotImplementedError

    def uses(self, site: Site) -> Sequence[str]:
        """Return the names of the services without which its clients are not served: its proxy, its database ..."""
        return ()

    def remembers(self, site: Site) -> Sequence[str]:
        """Return those of the services it uses whose answers it keeps: without them it serves the clients it knows."""
        return ()

    def secrets(self, site: Site) -> Sequence[MadeSecret]:
        """Return the secrets that are made once for it, and kept on its nodes."""
        return ()

    def key_repositories(self) -> Sequence[KeyRepository]:
        """Return the folders of keys that are made once for it, lie on all its nodes, and are replaced when told."""
        return ()

    def proxied(self, site: Site) -> Sequence[Proxied]:
        """Return what a proxy passes on to it; nothing where no proxy stands before it."""
        return ()

    def servers(self, site: Site) -> Servers:
        """Return how its servers stand in for each other, where it has one on each of several nodes."""
        return Servers()

    def talks_over(self, site: Site) -> Sequence[int]:
        """Return the numbers of the links by which its servers hear each other, or are reached.

        By default those in whose networks its floating addresses lie; none where that is another one. Pacemaker asks
        no link: a server that such a link no longer reaches runs on, and serves nobody.
        """
        links = (link_of(site.cluster, address.ip) for address in self.addresses())
        return sorted({link for link in links if link is not None})

    def settings_up(self, site: Site) -> Sequence[SettingUp]:
        """Return what has to be done once when it runs, in this order, after the same of all that it uses."""
        return ()

    def reached(self, site: Site) -> Sequence[str]:
        """Return where other services find it, as host:port, each an alternative to the others."""
        return ()

    def store(self, name: str) -> Store | None:
        """Return what it keeps its data on, where that is quorate's to build and Pacemaker's to mount."""
        return None

    def seed(self, name: str, platform: Platform) -> Seed | None:
        """Return what its store must hold before it is started for the first time."""
        return None

    def memory_mib(self) -> int:
        """Return how much memory it claims at least as soon as it starts, in MiB; 0 where that is little."""
        return 0

    def disks(self) -> Sequence[Disk]:
        """Return the block devices that hosts must have for it."""
        return ()

    def shared_directories(self) -> Sequence[str]:
        """Return the directories that are the same on every node, as a network file system makes them."""
        return ()

    def modules(self) -> Sequence[str]:
        """Return the kernel modules (modprobe(8)) it cannot do without."""
        return ()

    def addresses(self) -> Sequence[IPInterface]:
        """Return the floating addresses of the service."""
        return ()

    def probe(self, site: Site) -> Probe | None:
        """Return how to ask whether the service works, or None where only Pacemaker can tell."""
        return None

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the ports clients use, by protocol ("tcp", "udp")."""
        return {}

    def inner_ports(self) -> Sequence[int]:
        """Return the TCP ports that its nodes hold among themselves, or for a proxy's questions; not for clients."""
        return ()
