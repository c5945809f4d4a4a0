"""rabbitmq: a RabbitMQ whose queues lie on a replicated disk, a shared disk or a file system, behind an address.

What it shares with the cluster of brokers, and why Pacemaker runs the systemd unit: catalog/broker.py. A broker that
hangs does not show in a unit.

Why no cookie is copied: rabbit@localhost talks to the rabbitmqctl of its own host only, so each host keeps the cookie
that its package made in /var/lib/rabbitmq, the server's HOME. Only what lies below the mnesia base (messages, users,
queues) moves, and that holds no cookie: RabbitMQ 3.10.8 came up with it under another cookie and host name.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from quorate.catalog.broker import MEMORY_MIB, port_mapper, server
from quorate.catalog.floating import address_primitive, host_in_url
from quorate.catalog.platform import Platform
from quorate.catalog.service import HostFile, Probe
from quorate.catalog.site import Site
from quorate.catalog.storage import Seed, carried
from quorate.catalog.stored import StoredService
from quorate.catalog.watched import watched
from quorate.describe.cluster import Node
from quorate.describe.fields import Duration, Port
from quorate.describe.resources import Group, Resources

# Without the prefix RABBITMQ_, as rabbitmq-env.conf(5) has it; ERL_EPMD_ADDRESS is Erlang's own name.
NODENAME = "rabbit@localhost"
ENVIRONMENT = """\
# Written by quorate.
# The name is part of the data's path: it must be the same wherever the data are.
NODENAME={name}
NODE_IP_ADDRESS={address}
NODE_PORT={port}
MNESIA_BASE={base}
# Whoever reaches Erlang's own ports and knows the cookie runs what he likes; nobody but this host needs them.
SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {{127,0,0,1}}"
ERL_EPMD_ADDRESS=127.0.0.1
"""


class Rabbitmq(StoredService):
    """A RabbitMQ on one node at a time, its messages on storage that the next node can take over.

    address: the floating address with its prefix length; clients are served on it alone. nic: its interface; left out,
    the routing table says it. port: where clients are served (AMQP).
    data: where queues, users and messages lie, as for mariadb: drbd, lvm or filesystem. Beside a mariadb it takes the
    DRBD minor 1; a third service has to be given its own `minor`.
    monitor: how often systemd is asked whether the server runs, and the address looked for. A server whose process ends
    is known at once; one that hangs is not found.
    Only persistent messages in durable queues, once confirmed, survive a failover; clients have to connect again. Users
    are the operator's (rabbitmqctl on the node where it runs); `guest` is let in from the host itself only.
    """

    kind: ClassVar[str] = "rabbitmq"
    offers: ClassVar[str] = "amqp"
    minor: ClassVar[int] = 1  # beside a mariadb, which has 0
    example: ClassVar[str] = """\
# RabbitMQ on a disk that DRBD replicates between two nodes.
cluster: messages
nodes:
  gb06: {links: [10.10.102.6, 172.16.0.6], fencing: {ipmi: 10.10.103.6}}
  gb07: {links: [10.10.102.7, 172.16.0.7], fencing: {ipmi: 10.10.103.7}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  queue:
    kind: rabbitmq
    data: {drbd: {disk: /dev/sda4, filesystem: xfs}}
    address: 10.10.102.97/24
targets: {availability: 99.9, outage_s: 120}
"""

    port: Port = 5672
    monitor: Duration = 10

    def base(self, name: str) -> str:
        """Return RabbitMQ's directory, below the mount point: a file system's root has entries of its own."""
        return f"{self.store(name).mount.directory}/rabbitmq"

    def seed(self, name: str, platform: Platform) -> Seed:
        """Return the directory; RabbitMQ fills it at its first start."""
        return Seed(self.base(name), "rabbitmq", "rabbitmq", 0o750)

    def memory_mib(self) -> int:
        """Return what the server takes before the first message."""
        return MEMORY_MIB

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the server's environment, what keeps epmd off the network, what watches the server.

        RabbitMQ writes its process id beside its data, so that only the node that has them mounted sees it.
        """
        base = self.base(site.name)
        environment = ENVIRONMENT.format(name=NODENAME, address=self.address.ip, port=self.port, base=base)
        return (
            HostFile(site.platform.paths["rabbitmq.env"], environment, reader=f"{site.name}-server", taken="restart"),
            port_mapper(site.platform, "this host"),
            *watched(f"{site.name}-server", f"{self.base(site.name)}/{NODENAME}.pid"),
        )

    def resources(self, site: Site) -> Resources:
        """Return a group: storage, then the address so that the server can listen on it, then the server."""
        address = address_primitive(f"{site.name}-address", self.address, self.nic, self.monitor)
        runs = server(f"{site.name}-server", site.platform, self.monitor)
        group = Group(site.name, (), MappingProxyType(dict(self.meta)))
        return carried(site.name, self.store(site.name), site.nodes, (address, runs), group)

    def reached(self, site: Site) -> Sequence[str]:
        """Return the port at the floating address."""
        return (f"{host_in_url(self.address)}:{self.port}",)

    def probe(self, site: Site) -> Probe | None:
        """Return a client that publishes at the port."""
        return Probe("amqp", f"{host_in_url(self.address)}:{self.port}")

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port."""
        return {"tcp": (self.port,)}
