"""glance: OpenStack's image service, behind a proxy or with a floating address.

Its settings are handed to it as a directory after the package's own file (--config-dir after --config-file): of the
directories that oslo.config looks into by itself, the file named on the command line would win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import Field

from quorate.catalog.accounts import amqp_account, amqp_secret, amqp_url
from quorate.catalog.api import ApiService, as_argument, database_settings
from quorate.catalog.data import Data
from quorate.catalog.floating import host_in_url
from quorate.catalog.made import MadeSecret
from quorate.catalog.openstack import authtoken, cache_secret, messaging, register_files, registered, user_secret
from quorate.catalog.platform import Platform
from quorate.catalog.service import Disk, HostFile, Probe
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site
from quorate.catalog.storage import Provided, Seed, Store
from quorate.describe.cluster import Node
from quorate.describe.fields import AbsolutePath, Duration, Flag, Name, Port
from quorate.describe.reader import whole

USER = "glance"  # in the identity service, in the broker and on hosts
CONF_D = "/etc/glance/glance-api.conf.d"
MANAGE = ("runuser", "-u", USER, "--", "glance-manage", f"--config-dir={CONF_D}", "db")
# glance-manage(1): 3, 4 and 5 name the migration that is missing.
ASK_TABLES = '"$@" >/dev/null; case $? in 0) exit 0;; 3|4|5) exit 1;; *) exit 2;; esac'
MEMORY_MIB = 150
WORKER_MIB = 100
IDLE_S = 600.0  # an image that is being converted or written to slow storage sends nothing meanwhile


class ImageStore(Data):
    """Where a service keeps its data: one of drbd, lvm, filesystem and, for glance alone, local."""

    local: AbsolutePath | None = Field(
        None, description="glance alone: a directory of each node's own; an image is on one of them only"
    )


class Glance(ApiService):
    """OpenStack's image service (glance-api): on every node behind a proxy, or on the node that has a floating address.

    data: where images lie. {filesystem: {device: ...}} is the one that every node can have at once: a directory that
    the nodes share, or an NFS export; Pacemaker mounts it below the server, on every node that runs one. drbd and lvm,
    as for mariadb, are for an image service that runs on one node at a time. {local: DIRECTORY} is each node's own: an
    image is found by the server of one node alone, so it is for one node, or to try things out.
    port: where clients are served. proxy: the service that is the entrance, of kind haproxy or address; database: the
    one for its tables; identity: the one that knows its users. Each is found when there is but one of it.
    workers: processes that answer requests. monitor: how often systemd is asked whether it runs; a server that ends is
    known at once, and one that hangs within 20 s.
    notifications: tell the broker of what becomes of images. Off by default: a queue that nobody reads grows until the
    broker stops all who write to it.
    """

    kind: ClassVar[str] = "glance"
    offers: ClassVar[str] = "images"
    example: ClassVar[str] = """\
# OpenStack's image service, with all that it needs on the node that has the address.
cluster: images
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  entrance: {kind: address, address: 10.20.0.100/24}
  database:
    kind: mariadb
    data: {filesystem: {device: /srv/shared/database}}
    address: 10.20.0.101/24
  identity: {kind: keystone}
  images: {kind: glance, data: {filesystem: {device: /srv/shared/images}}}
targets: {availability: 99.99, outage_s: 60}
"""
    requires: ClassVar[Mapping[str, str]] = MappingProxyType({**ApiService.requires, "identity": "identity"})
    idle_s: ClassVar[float] = IDLE_S
    leaving: ClassVar[str] = "/etc/glance/healthcheck_disable"  # as the package's glance-api-paste.ini has it
    minor: ClassVar[int] = 2  # DRBD's; mariadb has 0, rabbitmq 1

    port: Port = 9292
    data: ImageStore
    proxy: Name | None = None
    database: Name | None = None
    identity: Name | None = None
    workers: Annotated[int, whole(1, 64, "a number of processes")] = 1
    monitor: Duration = 10
    notifications: Flag = False

    def directory(self, name: str) -> str:
        """Return the directory of images: below the mount point, for a file system's root has entries of its own."""
        store = self.store(name)
        return f"{store.mount.directory}/glance" if store else str(self.data.local)

    def packages(self) -> Sequence[str]:
        """Return the server, and what its storage needs."""
        return (*super().packages(), *([] if self.data.local else self.data.packages()))

    def units(self, platform: Platform) -> Sequence[str]:
        """Return the server's unit, and DRBD's."""
        return (*super().units(platform), *((platform.units["drbd"],) if self.data.drbd else ()))

    def store(self, name: str) -> Store | None:
        """Return what the images lie on, where Pacemaker mounts it.

        An image's file is written once, by the server that took it, under a name that no other has: what is no disk
        several nodes may have at once.
        """
        if self.data.local:
            return None
        store = self.data.store(name, self.minor)
        if isinstance(store, Provided) and not store.mount.device.startswith("/dev/"):
            return replace(store, together=True)
        return store

    def seed(self, name: str, platform: Platform) -> Seed | None:
        """Return the directory that the store must have before the server starts."""
        return None if self.data.local else Seed(self.directory(name), USER, USER, 0o750)

    def disks(self) -> Sequence[Disk]:
        """Return the disk below the images."""
        return self.data.disks()

    def shared_directories(self) -> Sequence[str]:
        """Return the directory that the nodes share."""
        return self.data.shared_directories()

    def modules(self) -> Sequence[str]:
        """Return the kernel modules of the storage."""
        return () if self.data.local else self.data.modules()

    def memory_mib(self) -> int:
        """Return what the server takes before the first image."""
        return MEMORY_MIB + self.workers * WORKER_MIB

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return what every API service has, and what makes its user and endpoints known."""
        return (*super().files(site, node), *register_files())

    def unit_lines(self, site: Site, node: Node) -> Sequence[str]:
        """Return what hands our settings to the server, and keeps it from running without its store.

        Without its directory glance-api starts all the same, has no image, and takes none.
        """
        directory = as_argument(self.directory(site.name))
        own = (f"ExecStartPre=+/usr/bin/install -d -o {USER} -g {USER} -m 0750 {directory}",) if self.data.local else ()
        return (f"Environment=DAEMON_ARGS=--config-dir={CONF_D}", *own, f"ExecStartPre=/usr/bin/test -w {directory}")

    def settings(self, site: Site, node: Node) -> Mapping[str, Mapping[str, str]]:
        """Return the settings of glance-api, by section."""
        address, identity = self.listening(site, node), site.chosen(self.identity, "identity")
        broker = site.chosen(None, "amqp")
        return {
            "DEFAULT": {
                "bind_host": str(address.ip),
                "bind_port": str(self.port),
                "workers": str(self.workers),
                # What a client has uploaded to be imported lies on the node that took it; the others ask that one.
                "worker_self_reference_url": f"http://{host_in_url(address)}:{self.port}",
                **({"transport_url": amqp_url(site, broker, USER)} if broker else {}),
            },
            "database": database_settings(self.sql(site)),
            "keystone_authtoken": authtoken(site, node, identity, USER) if identity else {},
            "paste_deploy": {"flavor": "keystone"},
            # oslo.config takes a $ for the beginning of another option's name.
            "glance_store": {
                "default_store": "file",
                "filesystem_store_datadir": self.directory(site.name).replace("$", "$$"),
            },
            "oslo_messaging_notifications": {"driver": "messagingv2" if self.notifications else "noop"},
            "oslo_messaging_rabbit": messaging(),
        }

    def uses(self, site: Site) -> Sequence[str]:
        """Return its entrance, its database, and who knows its users; the broker where it is told."""
        identity, broker = site.chosen(self.identity, "identity"), site.chosen(None, "amqp")
        others = (identity, broker if self.notifications else None)
        return (*super().uses(site), *(one.name for one in others if one is not None))

    def remembers(self, site: Site) -> Sequence[str]:
        """Return who knows its users: what was said of a token is kept for five minutes."""
        identity = site.chosen(self.identity, "identity")
        return (identity.name,) if identity else ()

    def secrets(self, site: Site) -> Sequence[MadeSecret]:
        """Return its passwords: of the database, of the identity service, of the cache and of the broker."""
        amqp = (amqp_secret(site),) if site.chosen(None, "amqp") else ()
        return (*super().secrets(site), user_secret(site), cache_secret(site), *amqp)

    def settings_up(self, site: Site) -> Sequence[SettingUp]:
        """Return how it gets its account in the broker, its tables, its user and its endpoints."""
        identity, broker = site.chosen(self.identity, "identity"), site.chosen(None, "amqp")
        tables = SettingUp(
            words=f"make the tables of {self.kind}",
            asks=("sh", "-c", ASK_TABLES, "quorate-tables", *MANAGE, "check"),
            does=(*MANAGE, "sync"),
            on=site.name,
            timeout_s=600,
        )
        return (
            *super().settings_up(site),
            *((amqp_account(site, broker, USER),) if broker else ()),
            *((tables,) if site.chosen(self.database, "sql") else ()),
            *((registered(site, identity, USER, "image"),) if identity else ()),
        )

    def probe(self, site: Site) -> Probe | None:
        """Return a client that lists images and reads one back."""
        return Probe("image", f"http://{self.reached(site)[0]}")
