"""galera: MariaDB on every node, each with all data; a write that was acknowledged is on every node that is there.

Why the server is a systemd unit with a guard of ours (programs/galera) and not the agent ocf:heartbeat:galera: ADR 22.
"""

import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from quorate.catalog import galera_arbitrator
from quorate.catalog.floating import host_in_url
from quorate.catalog.galera_answers import galera_answers
from quorate.catalog.galera_arbitrator import garbd
from quorate.catalog.platform import Platform
from quorate.catalog.proxied import Proxied
from quorate.catalog.servers import Servers
from quorate.catalog.service import HostFile, Probe, Service, unit_file
from quorate.catalog.site import Site
from quorate.catalog.watched import watched
from quorate.describe.cluster import Node
from quorate.describe.fields import Duration, Name, Port
from quorate.describe.reader import whole
from quorate.describe.resources import AgentName, Clone, Operation, Primitive, Resources

GUARD = "/usr/lib/quorate/galera"
NOTICE = "/usr/lib/quorate/galera-notice"
PID_FILE = "/run/mysqld/mysqld.pid"
SOCKET = "/run/mysqld/mysqld.sock"
CHECK_PORT = 9200
"""Where each node answers the proxy whether its server has all data and takes writes: 200 or 503 over HTTP."""

GROUP_PORT, INCREMENTAL_PORT, TRANSFER_PORT = 4567, 4568, 4444
SUSPECT_MIN_S = 1.0

CONF = """\
# Written by quorate. It is read last, and so wins over what stands in the other files of this directory.
[mysqld]
bind-address = {address},127.0.0.1
port = {port}
datadir = {datadir}
socket = {socket}
pid-file = {pid}
max_connections = {connections}
# What a client held whose host is gone, or a proxy, is let go after 19 s, not after two hours.
tcp_keepalive_time = 10
tcp_keepalive_interval = 3
tcp_keepalive_probes = 3
# Clients are known by address: a name server that is slow or gone must not hold up connections.
skip-name-resolve
# What Galera replicates: rows, of InnoDB, numbered without locks on the table.
binlog_format = ROW
default_storage_engine = InnoDB
innodb_autoinc_lock_mode = 2
# On disk before it is acknowledged, on this node too: a power failure may take all nodes at once.
innodb_flush_log_at_trx_commit = 1
innodb_buffer_pool_size = {pool}M
# Address space to enlarge the pool later; without it MariaDB 10.11 reserves 8 TiB, which not every host grants.
loose-innodb_buffer_pool_size_max = {pool}M

wsrep_on = ON
wsrep_provider = {provider}
wsrep_cluster_name = {cluster}
wsrep_cluster_address = gcomm://{members}
wsrep_node_name = {node}
wsrep_node_address = {address_in_url}
# Left out, it is made of bind-address, and the server holds a list for no address that wsrep_notify_cmd may be told.
wsrep_node_incoming_address = {address_in_url}:{port}
wsrep_slave_threads = 4
wsrep_notify_cmd = {notice}
# A node that has been away too long gets all data anew: from the least preferred node first, not from the writer.
wsrep_sst_method = {sst}
wsrep_sst_auth = mysql:
wsrep_sst_donor = {donors}
wsrep_provider_options = "{options}"
"""

DROP_IN = """\
# Written by quorate. The guard starts the server, when it may join a cluster or begin one.
[Service]
Type=notify
NotifyAccess=main
EnvironmentFile=
ExecStart=
ExecStart=+{call}
ExecStartPost=
KillMode=mixed
SendSIGKILL=yes
Restart=no
TimeoutStartSec=90
TimeoutStopSec=170
"""

NOTICE_PROGRAM = """\
#!/bin/sh
# Written by quorate: MariaDB calls it when its state in the cluster changes (wsrep_notify_cmd).
echo "$*" >> /run/mysqld/wsrep-notices
"""


class Galera(Service):
    """A MariaDB Galera cluster: a server on every node of the service, each with all data.

    proxy: the service that passes clients on to one of the servers, of kind haproxy, where there are several; left
    out, the only one there is. port: where the servers listen, each at its node's address of the first link, and the
    proxy at its own. Three nodes or more: with two, the loss of one stops the other, for it cannot know who is left.
    arbitrator: one of the nodes that has a vote and no data (garbd), so that two servers can lose one of them.
    buffer_pool: memory for InnoDB's pages, in MiB; apply refuses a node that has not enough.
    gcache: the latest writes that each node keeps on disk for others that were away, in MiB: who has missed no more
    gets these alone, else all data. connections: the most clients at a time.
    sst: how all data go to a node that needs them: `mariabackup` copies beside running writes, `rsync` is quicker and
    holds up writes on the node that gives them. Open among the nodes, where a firewall stands: TCP 4567, 4568 and 4444.
    monitor: how often systemd is asked whether the server runs. One whose process ends is known at once.
    After a stop of all nodes the one with the newest data begins, once all have said what they hold; `quorate recover`
    does without one that does not come back. Accounts and databases are those of the services that use it, and the
    operator's: root by the Unix socket of each node.
    """

    kind: ClassVar[str] = "galera"
    offers: ClassVar[str] = "sql"
    example: ClassVar[str] = """\
# A database of three nodes.
cluster: galera
nodes:
  n1: {links: [10.20.0.11, 172.20.0.11], fencing: {ipmi: 10.20.9.11}}
  n2: {links: [10.20.0.12, 172.20.0.12], fencing: {ipmi: 10.20.9.12}}
  n3: {links: [10.20.0.13, 172.20.0.13], fencing: {ipmi: 10.20.9.13}}
corosync: {token: 1s, token_coefficient: 300ms}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}, power_wait: 0s}
services:
  database: {kind: galera}
"""

    proxy: Name | None = None
    arbitrator: Name | None = None
    port: Port = 3306
    buffer_pool: Annotated[int, whole(5, 16_777_216, "a size in MiB")] = 128
    gcache: Annotated[int, whole(16, 16_777_216, "a size in MiB")] = 256
    connections: Annotated[int, whole(10, 100_000, "a number of connections")] = 600
    sst: Literal["mariabackup", "rsync"] = "mariabackup"
    monitor: Duration = 10

    def packages(self) -> Sequence[str]:
        """Return the server with Galera, and what its state transfers call."""
        return ("mariadb", "galera", "garbd") if self.arbitrator else ("mariadb", "galera")

    def units(self, platform: Platform) -> Sequence[str]:
        """Return the server's unit, and the arbitrator's: Pacemaker starts them, nothing else may."""
        words = ("mariadb", "garbd") if self.arbitrator else ("mariadb",)
        return tuple(platform.units[word] for word in words)

    def holders(self, site: Site) -> tuple[Node, ...]:
        """Return the nodes that hold data, the preferred first."""
        return tuple(node for node in site.nodes if node.name != self.arbitrator)

    def memory_mib(self) -> int:
        """Return the buffer pool."""
        return self.buffer_pool

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the server's settings, the guard that runs it, and what watches it."""
        if node.name == self.arbitrator:
            members = [f"{host_in_url(one.links[0])}:{GROUP_PORT}" for one in self.holders(site)]
            options = written(group_options(node, suspected_s(site)))
            return galera_arbitrator.files(site, group(site), members, options)
        paths, server = site.platform.paths, f"{site.name}-server"
        names = ",".join(one.name for one in self.holders(site))
        donors = self.sst == "mariabackup"  # a server that gives its data by rsync takes no writes
        program = [GUARD, *(["--donors"] if donors else [])]
        call = shlex.join([*program, site.name, names, paths["mariadb.data"], paths["mariadb"]])
        unit = f"/etc/systemd/system/{site.platform.units['mariadb']}.d/quorate.conf"
        # "Access denied" is an answer, too: whoever has changed root's password is not punished for it.
        question = (paths["mariadb.admin"], f"--socket={SOCKET}", "ping")
        return (
            HostFile(
                f"{paths['mariadb.conf.d']}/90-quorate.cnf", self._conf(site, node), reader=server, taken="restart"
            ),
            HostFile(GUARD, guard(), mode=0o755, make_parents=True),
            HostFile(NOTICE, NOTICE_PROGRAM, mode=0o755, make_parents=True),
            unit_file(unit, DROP_IN.format(call=call), server),
            *watched(server, PID_FILE, question),
            *galera_answers(node, CHECK_PORT, SOCKET, donors),
        )

    def resources(self, site: Site) -> Resources:
        """Return a clone of the server: one on every node, none waits for another's; and the arbitrator."""
        server = Primitive(
            id=f"{site.name}-server",
            agent=AgentName("systemd", None, site.platform.units["mariadb"].removesuffix(".service")),
            operations=(
                Operation("start", timeout_s=120),  # to recover a position, a crash's log is replayed first
                Operation("stop", timeout_s=180),  # a clean stop writes all of the buffer pool's dirty pages
                Operation("monitor", interval_s=self.monitor),
            ),
            # There is no other node for it to go to: it is tried again here.
            meta=MappingProxyType({"failure-timeout": "60s"}),
        )
        clone = Clone(site.name, server.id, meta=MappingProxyType({"interleave": "true", **self.meta}))
        found = Resources(resources=(server, clone))
        return found + galera_arbitrator.resources(site, self.arbitrator) if self.arbitrator else found

    def proxied(self, site: Site) -> Sequence[Proxied]:
        """Return the port: one server takes all writes, for two would undo each other's."""
        servers = {node.name: str(node.links[0].ip) for node in self.holders(site)}
        return (
            Proxied(
                name=site.name,
                port=self.port,
                servers=servers,
                mode="tcp",
                single=True,
                check="/",
                check_port=CHECK_PORT,
                idle_s=5400,  # pools keep connections for an hour
                leaves=True,
            ),
        )

    def servers(self, site: Site) -> Servers:
        """Return Galera's rule: more than half of those that were there last, less who left in order."""
        suspect_s = suspected_s(site)
        source = "evs.suspect_timeout, with the second that its check and the new view take"
        voters = ((garbd(site.name), self.arbitrator),) if self.arbitrator else ()
        # A server that is killed is expelled like one that is silent: until then nobody's commit ends.
        lost_s = suspect_s + 1
        return Servers("most of the rest", arbitrators=voters, died_s=lost_s, silent_s=lost_s, source=source)

    def talks_over(self, site: Site) -> Sequence[int]:
        """Return the first: there the servers listen, for each other, the proxy and clients."""
        return (0,)

    def uses(self, site: Site) -> Sequence[str]:
        """Return the proxy."""
        proxy = self._proxy(site)
        return (proxy.name,) if proxy else ()

    def reached(self, site: Site) -> Sequence[str]:
        """Return the proxy's address, where one passes on; else the server of the node itself."""
        proxy = self._proxy(site)
        if proxy is None:
            return (f"127.0.0.1:{self.port}",)
        return tuple(f"{host_in_url(address)}:{self.port}" for address in proxy.service.addresses())

    def probe(self, site: Site) -> Probe | None:
        """Return the port of the proxy, or of the first node's own server, to be asked by a client that writes."""
        proxy = self._proxy(site)
        address = next(iter(proxy.service.addresses())) if proxy else self.holders(site)[0].links[0]
        return Probe("sql", f"{host_in_url(address)}:{self.port}")

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port."""
        return {"tcp": (self.port,)}

    def inner_ports(self) -> Sequence[int]:
        """Return the ports of the group, of both kinds of transfer, and of the proxy's question."""
        return (GROUP_PORT, INCREMENTAL_PORT, TRANSFER_PORT, CHECK_PORT)

    def _proxy(self, site: Site) -> Site | None:
        """Return what passes clients on; a floating address alone does not."""
        found = site.chosen(self.proxy, "entrance")
        return found if found and found.service.kind == "haproxy" else None

    def _conf(self, site: Site, node: Node) -> str:
        members = [host_in_url(one.links[0]) for one in self.holders(site)]
        others = [one.name for one in reversed(self.holders(site)) if one != node]
        return CONF.format(
            address=node.links[0].ip,
            address_in_url=host_in_url(node.links[0]),
            port=self.port,
            datadir=site.platform.paths["mariadb.data"],
            socket=SOCKET,
            pid=PID_FILE,
            connections=self.connections,
            pool=self.buffer_pool,
            provider=site.platform.paths["galera.provider"],
            cluster=group(site),
            members=",".join(members),
            node=node.name,
            notice=NOTICE,
            sst=self.sst,
            donors=",".join([*others, ""]),
            options=written({**group_options(node, suspected_s(site)), **cache_options(self.gcache)}),
        )


def group(site: Site) -> str:
    """Return the name of the Galera cluster, of at most 32 letters."""
    return f"{site.cluster.name}-{site.name}"[:32]


def suspected_s(site: Site) -> float:
    """Return how long a node may be silent: Galera gives up one that is dead about when Corosync does."""
    return max(SUSPECT_MIN_S, site.cluster.corosync.effective_token_ms / 1000)


def group_options(node: Node, suspect_s: float) -> dict[str, str]:
    """Return the provider's options for the group, which an arbitrator has, too."""
    return {
        "gmcast.listen_addr": f"tcp://{host_in_url(node.links[0])}:{GROUP_PORT}",
        "evs.keepalive_period": "PT0.3S",
        "evs.inactive_check_period": "PT0.25S",
        "evs.suspect_timeout": f"PT{suspect_s:g}S",
        "evs.inactive_timeout": f"PT{2 * suspect_s:g}S",
        "evs.install_timeout": f"PT{2 * suspect_s:g}S",
        # A component restored from each node's own file came back non-primary for good where the nodes had gone one
        # after the other; the guard begins the cluster instead.
        "pc.recovery": "FALSE",
    }


def cache_options(gcache_mib: int) -> dict[str, str]:
    """Return the provider's options for the latest writes that a node keeps."""
    return {"gcache.size": f"{gcache_mib}M", "gcache.recover": "yes"}


def written(options: Mapping[str, str]) -> str:
    """Write options as wsrep_provider_options has them."""
    return "; ".join(f"{key}={value}" for key, value in options.items())


@cache
def guard() -> str:
    """Return the program that runs the server."""
    return resources.files("quorate.catalog").joinpath("programs/galera").read_text("utf-8")
