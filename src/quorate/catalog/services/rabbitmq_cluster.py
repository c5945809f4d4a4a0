"""rabbitmq-cluster: RabbitMQ brokers on all nodes that are one cluster of their own; clients go on with another.

Pacemaker runs the systemd unit on every node as a clone (why the unit: catalog/broker.py). Who is a member the brokers
agree among themselves, by Erlang's distribution over the first cluster link: names as /etc/hosts has them, one cookie.

What a broker waits for. After a stop of the whole cluster, a broker that did not stop last waits for one that did: only
that one has the newest definitions. RabbitMQ gives up after five minutes, and Pacemaker would then ban the node; and
while it waits Pacemaker decides nothing else, not even to start the one that is waited for (seen in the lab). So the
broker waits for as long as it takes, and the unit counts as started when clients are let in, or when no other broker
has served for 15 s (programs/rabbitmq-broker). Whether a broker that runs is a member is the brokers' to say
(`quorate status`), not Pacemaker's.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from types import MappingProxyType
from typing import Annotated, ClassVar

from quorate.catalog import broker_settings
from quorate.catalog.broker import MEMORY_MIB, PORT_MAPPER, in_erlang, in_url, port_mapper, server
from quorate.catalog.made import FOLDER, MadeSecret, made
from quorate.catalog.platform import Platform
from quorate.catalog.servers import Enough, Servers
from quorate.catalog.service import HostFile, Probe, Service, unit_file
from quorate.catalog.setting_up import SettingUp
from quorate.catalog.site import Site
from quorate.catalog.watched import program, watched
from quorate.describe.cluster import Node
from quorate.describe.fields import Duration, Flag, Name, Port
from quorate.describe.reader import whole
from quorate.describe.resources import Clone, Resources

BASE = "/var/lib/rabbitmq/mnesia"
COOKIE = "/var/lib/rabbitmq/.erlang.cookie"
DISTRIBUTION = 25672  # where brokers find each other; RabbitMQ's own default
FEW = 2  # a minority that pauses is a majority's other half; of two nodes each would be one
EARLIEST = 0.75  # the share of net_ticktime after which Erlang takes a silent node for lost at the earliest
LATEST = 1.25  # of net_ticktime, by then it is certain (kernel(6): net_ticktime)
# Until queues have a new leader and clients have gone on: 1.1 to 1.8 s more in three drills, with a tick of 5 s.
ELECTED_S = 2.0
TICK_S_MIN = 5
TICK_S_MAX = 60  # Erlang's own net_ticktime

# Without the prefix RABBITMQ_, as rabbitmq-env.conf(5) has it; ERL_EPMD_ADDRESS is Erlang's own name.
ENVIRONMENT = """\
# Written by quorate.
NODENAME={name}
USE_LONGNAME={long}
DIST_PORT={port}
MNESIA_BASE={base}
# Whoever reaches Erlang's own ports and knows the cookie runs what he likes; they serve the cluster's own link.
SERVER_ADDITIONAL_ERL_ARGS="{family}-kernel inet_dist_use_interface {address}"
CTL_ERL_ARGS="{family}"
ERL_EPMD_ADDRESS={host}
"""

CONF = """\
# Written by quorate. It wins over rabbitmq.conf; later files of this directory, and advanced.config, win over it.
listeners.tcp.default = {listens}

cluster_formation.peer_discovery_backend = classic_config
{peers}
# A cluster stopped as a whole waits for the broker that stopped last, however long that takes.
mnesia_table_loading_retry_timeout = 30000
mnesia_table_loading_retry_limit = 1000000

# {why}
cluster_partition_handling = {handling}
# A broker that is silent for so many seconds is taken for lost: no sooner than Corosync does, {detection:.1f} s.
net_ticktime = {tick}

# Publishers are held up while a broker has less than this.
vm_memory_high_watermark.{memory}
disk_free_limit.absolute = {disk}MiB
"""
PAUSES = "Brokers that see no majority serve nobody until they do, so that no message is confirmed on two sides."
HEALS = (
    "Two brokers have no majority when one is lost. After a split the one with fewer clients drops what it has alone."
)

DROP_IN = """\
# Written by quorate.
[Service]
LimitNOFILE={files}
Type=exec
ExecStartPre=-{program} before {brokers}
ExecStartPost={program} behind {brokers}
"""
PROGRAM = "/usr/lib/quorate/rabbitmq-broker"
ACCEPTS = "/usr/lib/quorate/accepts"


class RabbitmqCluster(Service):
    """RabbitMQ on every node, as one cluster: each broker serves all queues, clients know all brokers.

    port: where clients are served (AMQP), at each node's address on the first cluster link.
    user: the account that is made for clients, with a password of its own (/etc/quorate/secrets); `guest` is removed.
    mirrored: classic queues have a copy on every broker (the policy ha-all of the OpenStack HA guide), so that they
    outlive one. Durable queues are quorum queues anyway, whose client does not say another type (x-queue-type): they
    have replicas, and lose nothing that was confirmed. RabbitMQ knows such a default from 3.10.8 on.
    memory: in MiB, what the broker may hold before publishers have to wait; left out, two fifths of the node's.
    disk_free: in MiB, the free space on disk below which publishers have to wait.
    open_files: how many files and connections the broker may have open.
    net_ticktime: after how long a silent broker is taken for lost, in whole seconds, for mirrored queues and the
    brokers' own decisions; left out, a little more than Corosync takes to find a dead node.
    monitor: how often systemd is asked whether the server runs. One whose process ends is known at once; one that
    takes no connections for 15 to 20 s hangs, and is killed, by a process beside Pacemaker.
    Three nodes or more: those that see no majority pause. With two there is no majority without the other.
    A node that comes back with an empty disk becomes a new member, and so does one that was forgotten meanwhile; what
    it had as a member is put aside. One whose database is its own stays apart, and status says so.
    """

    kind: ClassVar[str] = "rabbitmq-cluster"
    offers: ClassVar[str] = "amqp"
    example: ClassVar[str] = """\
# RabbitMQ on three nodes that are one cluster: queues outlive any one of them.
cluster: messages
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
corosync: {token: 1s, token_coefficient: 300ms}  # finds a dead node in 2.9 s, not 8 s; 1.3 s of silence get one fenced
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  broker: {kind: rabbitmq-cluster}
targets: {availability: 99.99, outage_s: 30}
"""

    port: Port = 5672
    user: Name = "openstack"
    mirrored: Flag = True
    memory: Annotated[int, whole(64, 16_777_216, "a size in MiB")] | None = None
    disk_free: Annotated[int, whole(50, 16_777_216, "a size in MiB")] = 1024
    open_files: Annotated[int, whole(1024, 1_048_576, "a number of files")] = 65536
    net_ticktime: Duration | None = None
    monitor: Duration = 10

    def packages(self) -> Sequence[str]:
        """Return RabbitMQ."""
        return ("rabbitmq",)

    def units(self, platform: Platform) -> Sequence[str]:
        """Return the server's unit: Pacemaker starts it, nothing else may."""
        return (platform.units["rabbitmq"],)

    def memory_mib(self) -> int:
        """Return what the server takes before the first message."""
        return MEMORY_MIB

    def secrets(self, site: Site) -> Sequence[MadeSecret]:
        """Return the cookie that all brokers share, and the password of the clients' account."""
        return (MadeSecret(self.cookie(site), "upper"), MadeSecret(self.password(site)))

    def cookie(self, site: Site) -> str:
        """Return the name of the secret that brokers know each other by."""
        return f"{site.name}.cookie"

    def password(self, site: Site) -> str:
        """Return the name of the secret that is the password of `user`."""
        return f"{site.name}.password"

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the server's settings, its cookie, what keeps epmd to the link, and what watches the server."""
        platform, reader = site.platform, f"{site.name}-server"
        brokers = [f"{broker(one)}={one.links[0].ip}" for one in (node, *(o for o in site.nodes if o != node))]
        around = shlex.join((BASE, str(self.port), *brokers))
        unit = (
            HostFile(PROGRAM, program("rabbitmq-broker"), mode=0o755, make_parents=True),
            unit_file(
                f"{platform.paths['rabbitmq.service.d']}/quorate.conf",
                DROP_IN.format(files=self.open_files, program=PROGRAM, brokers=around),
                reader,
            ),
        )
        cookie = HostFile(
            COOKIE, f"{made(self.cookie(site))}\n", 0o400, "rabbitmq", "rabbitmq", reader=reader, taken="restart"
        )
        conf = HostFile(
            f"{platform.paths['rabbitmq.conf.d']}/90-quorate.conf",
            self._conf(site, node),
            make_parents=True,
            reader=reader,
            taken="restart",
        )
        environment = HostFile(platform.paths["rabbitmq.env"], _environment(site, node), reader=reader, taken="restart")
        epmd = port_mapper(platform, "the cluster's first link", node.links[0].ip)
        accepts = HostFile(ACCEPTS, program("accepts"), mode=0o755, make_parents=True)
        question = (ACCEPTS, str(node.links[0].ip), str(self.port))
        watches = watched(reader, f"{BASE}/{broker(node)}.pid", question)
        return (*unit, cookie, conf, environment, epmd, accepts, *watches)

    def resources(self, site: Site) -> Resources:
        """Return a clone of the server."""
        # There is no other node for it to go to: it is tried again here.
        again = MappingProxyType({"failure-timeout": "60s"})
        runs = replace(server(f"{site.name}-server", site.platform, self.monitor), meta=again)
        meta = {"interleave": "true"} | dict(self.meta)
        return Resources(resources=(runs, Clone(site.name, runs.id, meta=MappingProxyType(meta))))

    def settings_up(self, site: Site) -> Sequence[SettingUp]:
        """Return the clients' account, and how queues outlive a broker."""
        on = f"{site.name}-server"
        account = broker_settings.account(on, self.user, self.password(site))
        return (account, broker_settings.quorum_queues(on), broker_settings.mirrors(on, wanted=self.mirrored))

    def reached(self, site: Site) -> Sequence[str]:
        """Return every broker."""
        return tuple(f"{in_url(node.links[0].ip)}:{self.port}" for node in site.nodes)

    def probe(self, site: Site) -> Probe | None:
        """Return a client that publishes, and knows all brokers."""
        return Probe("amqp", ",".join(self.reached(site)))

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port."""
        return {"tcp": (self.port,)}

    def inner_ports(self) -> Sequence[int]:
        """Return the ports by which brokers find and reach each other."""
        return (PORT_MAPPER, DISTRIBUTION)

    def servers(self, site: Site) -> Servers:
        """Return pause_minority's rule, and until when clients have gone on and queues have a new leader."""
        silent_s = LATEST * self.tick_s(site.cluster.corosync.detection_s) + ELECTED_S
        source = "the next broker is asked at once; a silent one is lost after 5/4 net_ticktime, then queues elect"
        enough: Enough = "one" if len(site.nodes) <= FEW else "most"
        return Servers(enough, died_s=1.0, silent_s=silent_s, stopped_s=1.0, source=source)

    def talks_over(self, site: Site) -> Sequence[int]:
        """Return the first: there the brokers listen, for each other and for clients."""
        return (0,)

    def tick_s(self, detection_s: float) -> int:
        """Return Erlang's net_ticktime: a broker is taken for lost after three to five quarters of it."""
        if self.net_ticktime is not None:
            return max(1, ceil(self.net_ticktime))
        return min(max(ceil(detection_s / EARLIEST), TICK_S_MIN), TICK_S_MAX)

    def _conf(self, site: Site, node: Node) -> str:
        few = len(site.nodes) <= FEW
        detection_s = site.cluster.corosync.detection_s
        peers = (f"cluster_formation.classic_config.nodes.{i} = {broker(n)}" for i, n in enumerate(site.nodes, 1))
        return CONF.format(
            listens=f"{in_url(node.links[0].ip)}:{self.port}",
            peers="\n".join(peers),
            why=HEALS if few else PAUSES,
            handling="autoheal" if few else "pause_minority",
            detection=detection_s,
            tick=self.tick_s(detection_s),
            memory=f"absolute = {self.memory}MiB" if self.memory else "relative = 0.4",
            disk=self.disk_free,
        )


def broker(node: Node) -> str:
    """Return the name by which other brokers know the one on a node."""
    return f"rabbit@{node.name}"


def asked_by(site: Site, node: Node) -> tuple[str, str, bool, bool]:
    """Return by what the broker on a node is asked: its name, the cookie's file, whether names are long, over IPv6."""
    cookie = f"{FOLDER}/{site.name}.cookie"
    return broker(node), cookie, has_long_names(site), node.links[0].version == 6


def has_long_names(site: Site) -> bool:
    """Tell whether Erlang has to be told that names have a domain: it takes either kind, and never both."""
    return any("." in node.name for node in site.nodes)


def _environment(site: Site, node: Node) -> str:
    address = node.links[0].ip
    return ENVIRONMENT.format(
        name=broker(node),
        long="true" if has_long_names(site) else "false",
        port=DISTRIBUTION,
        base=BASE,
        family="-proto_dist inet6_tcp " if address.version == 6 else "",
        address=in_erlang(address),
        host=address,
    )
