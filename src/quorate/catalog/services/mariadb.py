"""mariadb: a MariaDB server with its data on a replicated disk, a shared disk or a file system, behind an address."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, ClassVar

from quorate.catalog.floating import address_primitive, host_in_url
from quorate.catalog.platform import Platform
from quorate.catalog.service import HostFile, Probe
from quorate.catalog.site import Site
from quorate.catalog.storage import Seed, Usual, carried
from quorate.catalog.stored import StoredService
from quorate.catalog.watched import watched
from quorate.describe.cluster import Node
from quorate.describe.fields import Duration, Port
from quorate.describe.reader import whole
from quorate.describe.resources import AgentName, Group, Operation, Primitive, Resources

# The server itself; ocf:heartbeat:mariadb is the agent for MariaDB's own replication, not for one copy that moves.
MYSQL = AgentName("ocf", "heartbeat", "mysql")
RUN = "/run/mysqld"
PID_FILE = f"{RUN}/mysqld.pid"
SOCKET = f"{RUN}/mysqld.sock"

PACKAGE_S = frozenset({"mysql", "performance_schema", "sys", "test"})
# InnoDB's temporary tablespace and the log of statements in progress: a clean stop removes both.
RUNNING = ("ibtmp1", "ddl_recovery.log")
FOREIGN = MappingProxyType(
    {
        "grastate.dat": "it is one node's of a Galera cluster, and the others may have newer writes",
        "mysql.ibd": "MySQL 8 wrote it, and MariaDB cannot read that",
    }
)

CONF = """\
# Written by quorate. It is read last, and so wins over what stands in the other files of this directory.
[mysqld]
bind-address = {address}
port = {port}
datadir = {datadir}
socket = {run}/mysqld.sock
pid-file = {run}/mysqld.pid
log-error = {log}
# A commit that was acknowledged is on disk, and so on both nodes of a replicated one.
innodb_flush_log_at_trx_commit = 1
sync_binlog = 1
innodb_buffer_pool_size = {pool}M
# Address space to enlarge the pool later; without it MariaDB 10.11 reserves 8 TiB, which not every host grants.
loose-innodb_buffer_pool_size_max = {pool}M
# Clients are known by address: a name server that is slow or gone must not hold up connections after a failover.
skip-name-resolve
"""


class Mariadb(StoredService):
    """A MariaDB server on one node at a time, its data on storage that the next node can take over.

    address: the floating address with its prefix length; the server listens on it alone. nic: its interface; left
    out, the routing table says it. port: where it listens.
    data: where the data lies. drbd: a disk in each of two nodes, replicated (`{drbd: {disk: /dev/sda3}}`). lvm: a disk
    that every node sees (`{lvm: {disk: /dev/sdb}}`). filesystem: one that is there already, a device, an NFS export or
    a directory that the nodes share (`{filesystem: {device: /srv/shared}}`). The datadir is `mysql` below the mount.
    buffer_pool: memory for InnoDB's pages, in MiB. apply refuses a node that has not enough memory for it: the server
    would not start there after a failover.
    monitor: how often the server's process and the address are looked for. A server whose process ends is known at
    once; one that hangs is found after 15 to 20 s and killed, by a process beside Pacemaker: the monitor sees nothing.
    Accounts and databases are the operator's; the new server has root by its Unix socket only.
    """

    kind: ClassVar[str] = "mariadb"
    offers: ClassVar[str] = "sql"
    minor: ClassVar[int] = 0
    example: ClassVar[str] = """\
# MariaDB on a disk that DRBD replicates between two nodes.
cluster: database
nodes:
  gb06: {links: [10.10.102.6, 172.16.0.6], fencing: {ipmi: 10.10.103.6}}
  gb07: {links: [10.10.102.7, 172.16.0.7], fencing: {ipmi: 10.10.103.7}}
fencing:
  ipmi: {user: admin, password: {env: IPMI_PASSWORD}}
services:
  database:
    kind: mariadb
    data: {drbd: {disk: /dev/sda3, filesystem: xfs}}
    address: 10.10.102.96/24
targets: {availability: 99.99, outage_s: 60}
"""

    port: Port = 3306
    buffer_pool: Annotated[int, whole(5, 16_777_216, "a size in MiB")] = 128
    monitor: Duration = 5

    def datadir(self, name: str) -> str:
        """Return the server's data directory, below the mount point: a file system's root has entries of its own."""
        return f"{self.store(name).mount.directory}/mysql"

    def seed(self, name: str, platform: Platform) -> Seed:
        """Return the data directory and the command that makes the system tables."""
        datadir = self.datadir(name)
        fill = (
            platform.paths["mariadb.fill"],
            "--user=mysql",
            f"--datadir={datadir}",
            "--skip-test-db",
            "--auth-root-authentication-method=socket",
        )
        return Seed(
            datadir,
            "mysql",
            "mysql",
            0o750,
            fill,
            filled=f"{datadir}/mysql",
            program=platform.paths["mariadb"],
            usual=Usual(
                platform.paths["mariadb.data"], platform.units["mariadb"], "mysql", PACKAGE_S, RUNNING, FOREIGN
            ),
        )

    def memory_mib(self) -> int:
        """Return the buffer pool."""
        return self.buffer_pool

    def files(self, site: Site, node: Node) -> Sequence[HostFile]:
        """Return the server's settings, and what watches it."""
        content = CONF.format(
            address=self.address.ip,
            port=self.port,
            datadir=self.datadir(site.name),
            run=RUN,
            log=self._log(site.name),
            pool=self.buffer_pool,
        )
        path, server = f"{site.platform.paths['mariadb.conf.d']}/90-quorate.cnf", f"{site.name}-server"
        settings = HostFile(path, content, reader=server, taken="restart")
        # "Access denied" is an answer, too: whoever has changed root's password is not punished for it.
        question = (site.platform.paths["mariadb.admin"], f"--socket={SOCKET}", "ping")
        return (settings, *watched(server, PID_FILE, question))

    def resources(self, site: Site) -> Resources:
        """Return a group: storage, then the address so that the server can listen on it, then the server."""
        address = address_primitive(f"{site.name}-address", self.address, self.nic, self.monitor)
        parameters = {
            # Not mysqld_safe, which restarts a server behind Pacemaker's back.
            "binary": site.platform.paths["mariadb"],
            "client_binary": site.platform.paths["mariadb.client"],
            "config": site.platform.paths["mariadb.conf"],
            "datadir": self.datadir(site.name),
            "log": self._log(site.name),
            "pid": PID_FILE,
            "socket": SOCKET,
        }
        server = Primitive(
            id=f"{site.name}-server",
            agent=MYSQL,
            parameters=MappingProxyType(parameters),
            operations=(
                Operation("start", timeout_s=180),  # a server that was killed first replays its log
                Operation("stop", timeout_s=180),  # a clean stop writes all of the buffer pool's dirty pages
                Operation("monitor", interval_s=self.monitor, timeout_s=30),
            ),
        )
        group = Group(site.name, (), MappingProxyType(dict(self.meta)))
        return carried(site.name, self.store(site.name), site.nodes, (address, server), group)

    def reached(self, site: Site) -> Sequence[str]:
        """Return the port at the floating address."""
        return (f"{host_in_url(self.address)}:{self.port}",)

    def probe(self, site: Site) -> Probe | None:
        """Return the port, to be asked by a client that writes."""
        return Probe("sql", f"{host_in_url(self.address)}:{self.port}")

    def listens(self) -> Mapping[str, Sequence[int]]:
        """Return the port."""
        return {"tcp": (self.port,)}

    def _log(self, name: str) -> str:
        """Return the error log: beside the data, for it tells of the data, wherever they are served."""
        return f"{self.store(name).mount.directory}/error.log"
