"""Document 000's cluster, built by its own commands: two nodes, DRBD, MySQL, a floating address, nobody fenced.

Its names and values are kept: properties, monitors, timeouts, DRBD's options (those that it comments out are left out),
one network for everything, nothing about the token. What Debian 12 forces to be written otherwise:

    corosync    its plugin for Pacemaker and the sections amf, service and aisexec are gone: Pacemaker is a daemon of
                its own, and the votes are counted by votequorum, without two_node, which the document does not know.
                secauth needs the transport knet; knet knows no multicast, so that the nodes are listed.
    DRBD        `protocol` stands in `net`, `syncer { rate }` is `disk { resync-rate }`; notify-*.sh are in lower case.
                The first synchronisation of two empty disks is left out (--clear-bitmap), as DRBD's guide allows.
    crm         master and slave are written promoted and unpromoted; master-max and master-node-max likewise.
                `op ... on-fail` in lower case; "order A B" of the address with the word "start".
    agents      ocf:heartbeat:IPaddr needs ifconfig, which is gone: IPaddr2. lsb:mysqld is lsb:mariadb.
    addresses   the floating address lies in the lab's network; the disk is the lab's /dev/sda3.

The server has its data directory at the mount point, as the document's mount at /mysql suggests. The document does not
switch corosync and pacemaker on at boot (Red Hat's are off), so that a node that was fenced waits for its operator.
"""

import secrets
from collections.abc import Mapping, Sequence

from benchmarks.replicated_database import password, put_everywhere
from quorate.build.steps.corosync_key import LENGTH
from quorate.build.steps.corosync_key import PATH as KEY
from quorate.errors import CommandFailed
from quorate.lab.lab import Lab
from quorate.machines.fleet import run_all
from quorate.machines.host import command
from quorate.machines.ssh import SshHost
from quorate.machines.waiting import NotYet, until

CONF = "/etc/corosync/corosync.conf"
SERVICE = "database"
IN_SYNC = "Connected UpToDate/UpToDate"
DAEMONS = command("systemctl", "start", "corosync", "pacemaker")

COROSYNC = """\
totem {{
  version: 2
  cluster_name: document000
  transport: knet
  crypto_cipher: aes256
  crypto_hash: sha256
}}
logging {{
  fileline: off
  to_stderr: no
  to_logfile: yes
  to_syslog: no
  logfile: /var/log/corosync/corosync.log
  debug: off
  timestamp: on
}}
quorum {{
  provider: corosync_votequorum
}}
nodelist {{
{nodes}}}
"""
MEMBER = "  node {{\n    name: {name}\n    nodeid: {id}\n    ring0_addr: {address}\n  }}\n"

COMMON = """\
global {
  usage-count no;
}
common {
  handlers {
    pri-on-incon-degr "/usr/lib/drbd/notify-pri-on-incon-degr.sh; /usr/lib/drbd/notify-emergency-reboot.sh; echo b > /proc/sysrq-trigger; reboot -f";
    pri-lost-after-sb "/usr/lib/drbd/notify-pri-lost-after-sb.sh; /usr/lib/drbd/notify-emergency-reboot.sh; echo b > /proc/sysrq-trigger; reboot -f";
    local-io-error "/usr/lib/drbd/notify-io-error.sh; /usr/lib/drbd/notify-emergency-shutdown.sh; echo o > /proc/sysrq-trigger; halt -f";
  }
  disk {
    on-io-error detach;
    resync-rate 1000M;
  }
  net {
    protocol C;
    cram-hmac-alg "sha1";
    shared-secret "mydrbdlab";
  }
}
"""  # noqa: E501 - as in the document
RESOURCE = "resource mysql {{\n{nodes}}}\n"
ON = """\
  on {name} {{
    device /dev/drbd0;
    disk {disk};
    meta-disk internal;
    address ipv4 {address}:7700;
  }}
"""

SERVER = """\
[mysqld]
bind-address = 0.0.0.0
datadir = /mysql
skip-name-resolve
innodb_buffer_pool_size = 128M
loose-innodb_buffer_pool_size_max = 128M
"""

RESOURCES = """\
property stonith-enabled={fenced} no-quorum-policy=ignore
primitive mysqldrbd ocf:linbit:drbd params drbd_resource=mysql op monitor role=Promoted interval=10 timeout=20 \
 op monitor role=Unpromoted interval=20 timeout=20 op start timeout=240 op stop timeout=100
ms ms_mysqldrbd mysqldrbd meta promoted-max=1 promoted-node-max=1 clone-max=2 clone-node-max=1 notify=true
primitive mystore ocf:heartbeat:Filesystem params device=/dev/drbd0 directory=/mysql fstype=xfs \
 op monitor interval=40 timeout=40 op start timeout=60 op stop timeout=60
colocation mystore_with_ms_mysqldrbd inf: mystore ms_mysqldrbd:Promoted
order ms_mysqldrbd_before_mystore Mandatory: ms_mysqldrbd:promote mystore:start
primitive myvip ocf:heartbeat:IPaddr2 params ip={address} op monitor interval=20 timeout=20 on-fail=restart
primitive myserver lsb:mariadb op monitor interval=20 timeout=20 on-fail=restart
colocation myserver_with_mystore inf: myserver mystore
order mystore_before_myserver Mandatory: mystore:start myserver:start
colocation myvip_with_myserver inf: myvip myserver
order myvip_before_myserver Mandatory: myvip:start myserver:start
"""
# The first node's device waits, so that both do not fence each other at once; the rest is as in the other benchmark.
DELAY_S = 5
FENCING = """\
primitive fence_{name} stonith:fence_ipmilan params ip={bmc} username=admin password={password} lanplus=1 cipher=3 \
 method=onoff pcmk_host_list={name} pcmk_delay_base={delay_s}s
location l_fence_{name} fence_{name} -inf: {name}
"""


async def build(lab: Lab, fleet: Mapping[str, SshHost], *, fenced: bool) -> None:
    """Follow the document. fenced: with fencing devices and stonith-enabled=true, everything else the same."""
    hosts, first = list(fleet.values()), next(iter(fleet.values()))
    await put_everywhere(fleet, CONF, corosync_conf(lab).encode(), 0o644)
    await put_everywhere(fleet, KEY, secrets.token_bytes(LENGTH), 0o400)
    (await run_all(hosts, DAEMONS, timeout_s=180)).all()
    await put_everywhere(fleet, "/etc/drbd.d/global_common.conf", COMMON.encode(), 0o644)
    await put_everywhere(fleet, "/etc/drbd.d/mysql.res", resource(lab).encode(), 0o644)
    await put_everywhere(fleet, "/etc/mysql/mariadb.conf.d/90-document.cnf", SERVER.encode(), 0o644)
    for argv in (
        ("modprobe", "drbd"),
        ("drbdadm", "create-md", "--force", "mysql"),
        ("drbdadm", "up", "mysql"),
        ("mkdir", "-p", "/mysql"),
    ):
        (await run_all(hosts, command(*argv), timeout_s=120)).all()
    await are(fleet, "Connected Inconsistent/Inconsistent")
    for words in (
        ("drbdadm", "new-current-uuid", "--clear-bitmap", "mysql/0"),
        ("drbdadm", "primary", "mysql"),
        ("mkfs", "-t", "xfs", "-q", "/dev/drbd0"),
        ("mount", "/dev/drbd0", "/mysql"),
        ("chown", "mysql:mysql", "/mysql"),
        ("mysql_install_db", "--user=mysql", "--datadir=/mysql", "--skip-test-db"),
        ("umount", "/mysql"),
    ):
        await first.run(command(*words), timeout_s=300)
    await first.run(command("drbdadm", "secondary", "mysql"))
    await are(fleet, IN_SYNC)
    await first.put("/root/mysql.crm", configuration(lab, fenced=fenced).encode(), mode=0o600)
    await first.run(command("crm", "-F", "configure", "load", "update", "/root/mysql.crm"), timeout_s=300)


def corosync_conf(lab: Lab) -> str:
    """Return the document's corosync.conf for the lab's nodes, over their first link."""
    nodes = lab.cluster.nodes
    members = (MEMBER.format(name=node.name, id=node.id, address=node.links[0].ip) for node in nodes)
    return COROSYNC.format(nodes="".join(members))


def resource(lab: Lab) -> str:
    """Return the document's mysql.res for the lab's nodes, over their first link."""
    (disk,) = lab.cluster.services[SERVICE].disks()  # type: ignore[attr-defined]
    nodes = lab.cluster.nodes
    parts = (ON.format(name=node.name, disk=disk.path, address=node.links[0].ip) for node in nodes)
    return RESOURCE.format(nodes="".join(parts))


def configuration(lab: Lab, *, fenced: bool) -> str:
    """Return the document's resources, in the crm shell's language."""
    (address,) = lab.cluster.services[SERVICE].addresses()  # type: ignore[attr-defined]
    resources = RESOURCES.format(address=address.ip, fenced=str(fenced).lower())
    if not fenced:
        return resources
    devices = "".join(
        FENCING.format(
            name=device.from_node,
            bmc=device.parameters["ip"],
            password=password(lab),
            delay_s=0 if number else DELAY_S,
        )
        for number, device in enumerate(lab.cluster.fencing.devices)
    )
    return resources + devices


async def are(fleet: Mapping[str, SshHost], state: str, timeout_s: float = 240) -> None:
    """Return when DRBD says that of its connection and both disks on every node."""

    async def same() -> bool:
        seen = [await devices(host) for host in fleet.values()]
        if all(one == state for one in seen):
            return True
        raise NotYet("; ".join(seen))

    await until(f"DRBD is {state}", same, timeout_s=timeout_s, every_s=0.5)


async def devices(host: SshHost) -> str:
    """Return what DRBD says of its connection and both disks: "Connected UpToDate/UpToDate"; "" where it is not up."""
    said = [await host.run(command("drbdadm", what, "all"), check=False) for what in ("cstate", "dstate")]
    return " ".join(one.stdout.strip() for one in said).strip()


async def discard(fleet: Mapping[str, SshHost], loser: str) -> None:
    """Resolve a split brain as DRBD's guide says, to which the document points: one side's data is thrown away."""
    first = next(iter(fleet.values()))
    await first.run(command("crm", "-F", "-w", "resource", "stop", "mystore"), timeout_s=240)
    await first.run(command("crm", "-F", "configure", "property", "maintenance-mode=true"), timeout_s=60)
    for name, argv in resolving(list(fleet), loser):
        try:
            await fleet[name].run(command(*argv), timeout_s=60)
        except CommandFailed:
            if "disconnect" not in argv and "secondary" not in argv:  # it may be so already
                raise
    await are(fleet, IN_SYNC)
    await first.run(command("crm", "-F", "configure", "property", "maintenance-mode=false"), timeout_s=60)
    await first.run(command("crm", "-F", "resource", "start", "mystore"), timeout_s=60)


def resolving(nodes: Sequence[str], loser: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the commands of DRBD's guide and the node of each, in order."""
    (winner,) = (node for node in nodes if node != loser)
    return [
        (winner, ("drbdadm", "disconnect", "mysql")),
        (loser, ("drbdadm", "disconnect", "mysql")),
        (loser, ("drbdadm", "secondary", "mysql")),
        (loser, ("drbdadm", "connect", "--discard-my-data", "mysql")),
        (winner, ("drbdadm", "connect", "mysql")),
    ]
