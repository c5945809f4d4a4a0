"""Broker: what RabbitMQ needs on a host however it runs: Erlang's port mapper, the server as a resource. Pure.

Why the systemd unit and not the package's own agents (ocf:rabbitmq:rabbitmq-server, as in the OpenStack HA guide of
2013, or rabbitmq-server-ha): they start a second Erlang machine for every monitor (`rabbitmqctl status`: seconds of
CPU, more than its 20 s on a busy node), and the first takes what keeps it from answering for "not running": a stop then
succeeds while the server still writes. The unit is stopped when no process of it is left, be it by SIGKILL. Pacemaker
overrides the unit's Restart= while it runs it.
"""

from quorate.catalog.platform import Platform
from quorate.catalog.service import HostFile
from quorate.describe.cluster import IPAddress
from quorate.describe.resources import AgentName, Operation, Primitive

MEMORY_MIB = 128  # Erlang and RabbitMQ 3.10 without a message
PORT_MAPPER = 4369  # Erlang's, registered for it

# Debian has systemd listen in epmd's place, on every address, and does not ask ERL_EPMD_ADDRESS. FreeBind: at boot the
# socket may come before the address.
EPMD = """\
# Written by quorate: Erlang's port mapper serves {whom} alone.
[Socket]
ListenStream=
{listens}
"""
# The package has started it already. It comes back with the server, and is not taken from a server that runs.
EPMD_ANEW = "systemctl is-active --quiet {server} || systemctl stop epmd.socket epmd.service"


def port_mapper(platform: Platform, whom: str, *addresses: IPAddress) -> HostFile:
    """Return what keeps Erlang's port mapper to this host's own address and `addresses`."""
    where = ("127.0.0.1", *(in_url(address) for address in addresses))
    listens = [f"ListenStream={one}:{PORT_MAPPER}" for one in where]
    return HostFile(
        f"{platform.paths['epmd.socket.d']}/quorate.conf",
        EPMD.format(whom=whom, listens="\n".join([*listens, *(["FreeBind=yes"] if addresses else [])])),
        make_parents=True,
        then=(
            ("systemctl", "daemon-reload"),
            ("sh", "-c", EPMD_ANEW.format(server=platform.units["rabbitmq"])),
        ),
    )


def server(id_: str, platform: Platform, monitor_s: float) -> Primitive:
    """Return the server as Pacemaker runs it."""
    return Primitive(
        id=id_,
        agent=AgentName("systemd", None, platform.units["rabbitmq"].removesuffix(".service")),
        operations=(
            # On a slow node Erlang alone takes over a minute, and after a crash the queues' journals are read anew.
            Operation("start", timeout_s=300),
            # The unit's own 90 s (TimeoutStopSec), after which systemd kills, have to fit in.
            Operation("stop", timeout_s=180),
            Operation("monitor", interval_s=monitor_s),
        ),
    )


def in_url(address: IPAddress) -> str:
    """Write an address as the host of host:port; IPv6 in brackets."""
    return f"[{address}]" if address.version == 6 else str(address)


def in_erlang(address: IPAddress) -> str:
    """Write an address as Erlang's tuple: {127,0,0,1}."""
    if address.version == 4:
        return f"{{{','.join(str(byte) for byte in address.packed)}}}"
    return f"{{{','.join(str(int(part, 16)) for part in address.exploded.split(':'))}}}"
