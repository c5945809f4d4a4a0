"""From two booted nodes to a query answered on a replicated disk: quorate apply, and the OpenStack HA guide by hand.

Every sample begins with two kernel nodes booted anew from one image (packages are there, nothing is configured); the
contenders take turns. The clock starts before the first connection and stops when a query sent to the floating address
is answered. Both end with the same: Corosync with two links, fencing devices, a DRBD device of the same size with XFS,
MariaDB on it.

    quorate   what `quorate apply` does without its test of fencing, verification after each step included
    by hand   chapter 3 of the guide as a script does it, both nodes at once where the guide says "on both nodes":
              create-md, up, primary --force, mkfs, mysql_install_db, secondary; corosync.conf and key, both daemons;
              the resources by `crm configure`. The initial synchronisation runs on behind, as the guide lets it.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping

import pymysql

from benchmarks.bootstrap import CONF, close, connected, when_online
from benchmarks.figures import Figures, Ratio
from benchmarks.nodes import booted, cluster_of, lab_with, versions
from quorate.build.apply import apply
from quorate.build.prepare import prepare
from quorate.build.step import answer
from quorate.build.steps.corosync_key import LENGTH
from quorate.build.steps.corosync_key import PATH as KEY
from quorate.catalog.blueprints import blueprints
from quorate.errors import CommandFailed
from quorate.lab.lab import Lab
from quorate.machines.fleet import run_all
from quorate.machines.host import command
from quorate.machines.ssh import SshHost
from quorate.machines.waiting import until
from quorate.render.corosync import corosync_conf

QUESTION = "How long from two booted nodes to a query answered by MariaDB on DRBD: quorate, and the guide by hand?"

NAME = "bench-database"
SERVICE = "database"
ACCOUNT = "bench"

# The guide's mysql.res with this cluster's names, disk and addresses; the shared secret is document 000's idea.
RESOURCE = """\
resource mysql {{
  device minor 0;
  disk "{disk}";
  meta-disk internal;
  net {{ protocol C; cram-hmac-alg sha1; shared-secret "{secret}"; }}
  disk {{ fencing resource-and-stonith; }}
  handlers {{
    fence-peer "/usr/lib/drbd/crm-fence-peer.sh";
    after-resync-target "/usr/lib/drbd/crm-unfence-peer.sh";
  }}
{nodes}}}
"""
ON = "  on {name} {{ address ipv4 {address}:7700; }}\n"

SERVER = """\
[mysqld]
datadir = /srv/mysql/data
innodb_buffer_pool_size = 128M
loose-innodb_buffer_pool_size_max = 128M
"""

# The guide's resources, with fencing, today's names for the roles and the agents' paths of Debian 12.
RESOURCES = """\
property stonith-enabled=true no-quorum-policy=stop
rsc_defaults resource-stickiness=100
{fencing}
primitive p_ip_mysql ocf:heartbeat:IPaddr2 params ip={address} cidr_netmask={prefix} op monitor interval=30s
primitive p_drbd_mysql ocf:linbit:drbd params drbd_resource=mysql op start timeout=240s op stop timeout=180s \
 op promote timeout=180s op demote timeout=180s op monitor interval=30s role=Unpromoted timeout=60s \
 op monitor interval=29s role=Promoted timeout=60s
primitive p_fs_mysql ocf:heartbeat:Filesystem params device=/dev/drbd0 directory=/srv/mysql fstype=xfs \
 options=relatime op start timeout=60s op stop timeout=180s op monitor interval=60s timeout=60s
primitive p_mysql ocf:heartbeat:mysql params binary=/usr/sbin/mariadbd client_binary=/usr/bin/mariadb \
 datadir=/srv/mysql/data additional_parameters="--bind-address={address}" config=/etc/mysql/my.cnf \
 pid=/var/run/mysqld/mysqld.pid socket=/var/run/mysqld/mysqld.sock log=/srv/mysql/error.log \
 op monitor interval=20s timeout=30s op start timeout=180s op stop timeout=180s
group g_mysql p_ip_mysql p_fs_mysql p_mysql
ms ms_drbd_mysql p_drbd_mysql meta notify=true clone-max=2 promoted-max=1
colocation c_mysql_on_drbd inf: g_mysql ms_drbd_mysql:Promoted
order o_drbd_before_mysql Mandatory: ms_drbd_mysql:promote g_mysql:start
"""
FENCING = """\
primitive fence_{name} stonith:fence_ipmilan params ip={bmc} username=admin password={password} lanplus=1 cipher=3 \
 method=onoff pcmk_host_list={name}
location l_fence_{name} fence_{name} -inf: {name}
"""

Told = float


async def with_quorate(lab: Lab) -> Told:
    """Do what `quorate apply` does, the fencing test left out."""
    started = time.monotonic()
    fleet = await connected(lab)
    want = await prepare(lab.cluster, fleet, lab.secret)
    await apply(fleet, want, lambda _: None, lambda _: None)
    return await answered(lab, fleet, started)


async def by_hand(lab: Lab) -> Told:
    """Follow chapter 3 of the guide."""
    started = time.monotonic()
    fleet = await connected(lab)
    hosts, first = list(fleet.values()), next(iter(fleet.values()))
    await put_everywhere(fleet, "/etc/drbd.d/mysql.res", resource(lab).encode(), 0o600)
    await put_everywhere(fleet, "/etc/mysql/mariadb.conf.d/90-guide.cnf", SERVER.encode(), 0o644)
    for argv in (
        ("modprobe", "drbd"),
        ("drbdadm", "create-md", "--force", "mysql"),
        ("drbdadm", "up", "mysql"),
        ("mkdir", "-p", "/srv/mysql"),
    ):
        (await run_all(hosts, command(*argv), timeout_s=120)).all()
    for argv in (
        ("drbdadm", "primary", "--force", "mysql"),
        ("mkfs.xfs", "-q", "/dev/drbd0"),
        ("mount", "/dev/drbd0", "/mnt"),
        ("mkdir", "-m", "750", "/mnt/data"),
        ("chown", "mysql:mysql", "/mnt/data"),
        ("mysql_install_db", "--user=mysql", "--datadir=/mnt/data", "--skip-test-db"),
        ("umount", "/mnt"),
        ("drbdadm", "secondary", "mysql"),
    ):
        await first.run(command(*argv), timeout_s=300)
    await put_everywhere(fleet, KEY, secrets.token_bytes(LENGTH), 0o400)
    await put_everywhere(fleet, CONF, corosync_conf(lab.cluster).encode(), 0o644)
    (await run_all(hosts, command("systemctl", "start", "corosync", "pacemaker"), timeout_s=180)).all()
    await when_online(fleet, started)
    await first.put("/root/mysql.crm", resources(lab).encode(), mode=0o600)
    await first.run(command("crm", "-F", "configure", "load", "update", "/root/mysql.crm"), timeout_s=300)
    return await answered(lab, fleet, started)


async def put_everywhere(fleet: Mapping[str, SshHost], path: str, content: bytes, mode: int) -> None:
    """Put one file on both nodes at once."""
    await asyncio.gather(*(host.put(path, content, mode=mode) for host in fleet.values()))


def resource(lab: Lab) -> str:
    """Return the guide's DRBD resource for this cluster, over its second link."""
    (disk,) = lab.cluster.services[SERVICE].disks()  # type: ignore[attr-defined]
    nodes = "".join(ON.format(name=node.name, address=node.links[-1].ip) for node in lab.cluster.nodes)
    return RESOURCE.format(disk=disk.path, secret=secrets.token_hex(16), nodes=nodes)


def resources(lab: Lab) -> str:
    """Return the guide's resources for this cluster, in the crm shell's language."""
    (address,) = lab.cluster.services[SERVICE].addresses()  # type: ignore[attr-defined]
    fencing = "".join(
        FENCING.format(name=device.from_node, bmc=device.parameters["ip"], password=password(lab))
        for device in lab.cluster.fencing.devices
    )
    return RESOURCES.format(fencing=fencing, address=address.ip, prefix=address.network.prefixlen)


def password(lab: Lab) -> str:
    """Return the BMCs' password, which the lab invented."""
    given = lab.cluster.fencing.devices[0].parameters["password"]
    return given if isinstance(given, str) else lab.secret(given)


async def answered(lab: Lab, fleet: Mapping[str, SshHost], started: float) -> Told:
    """Return the seconds until a query is answered at the floating address; whoever asks first makes the account."""
    (address,) = lab.cluster.services[SERVICE].addresses()  # type: ignore[attr-defined]
    word = secrets.token_hex(12)

    async def greeted() -> bool | None:
        return True if await answer(knock(lab, str(address.ip))) else None

    await until("the server listens", greeted, timeout_s=300, every_s=0.1)
    await make_account(fleet, word)
    await asyncio.to_thread(ask, await lab.dial(str(address.ip), 3306), word)
    took = time.monotonic() - started
    await close(dict(fleet))
    return took


async def make_account(fleet: Mapping[str, SshHost], word: str) -> None:
    """Make an account on the node that serves, by its Unix socket."""
    statement = f"GRANT SELECT ON mysql.* TO '{ACCOUNT}'@'%' IDENTIFIED BY '{word}';\n"
    for host in fleet.values():
        try:
            await host.run(command("mariadb", input=statement, secret=True))
        except CommandFailed:
            continue  # the other node serves
        return
    raise AssertionError("no node serves")


def ask(sock: object, word: str) -> None:
    """Send one query over a connected socket."""
    connection = pymysql.connect(user=ACCOUNT, password=word, defer_connect=True, read_timeout=30)
    connection.connect(sock)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM mysql.user")
        assert cursor.fetchone()


async def knock(lab: Lab, address: str) -> bool:
    """Return True when the server's port takes connections; HostUnreachable when not."""
    (await lab.dial(address, 3306, timeout_s=1)).close()
    return True


CONTENDERS: dict[str, Callable[[Lab], Awaitable[Told]]] = {"quorate": with_quorate, "by hand": by_hand}


async def sample(figures: Figures, name: str) -> None:
    """Take one sample of one contender on nodes of its own."""
    lab = lab_with(cluster_of(blueprints()["mariadb-drbd"].called(NAME)), "crmsh")
    async with booted(lab):
        figures.add(name, await CONTENDERS[name](lab))
        fleet = await connected(lab)
        figures.versions = dict(await versions(next(iter(fleet.values()))))
        await close(fleet)


async def all_samples(figures: Figures, runs: int) -> None:
    """Let the contenders take turns."""
    for _ in range(runs):
        for name in CONTENDERS:
            await sample(figures, name)


def run(runs: int) -> Figures:
    """Time the contenders in turn."""
    figures = Figures(QUESTION, "s")
    asyncio.run(all_samples(figures, runs))
    figures.ratios = [Ratio("quorate", "by hand", 1.5)]
    figures.notes = ["quorate verifies after each step inside its time; by hand nobody looks"]
    return figures
