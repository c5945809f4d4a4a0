"""What answers a proxy whether the Galera server of a node takes writes: a small program that systemd keeps. Pure.

programs/galera-answers is that program. Of the checks that HAProxy has itself, one of the port takes a server that is
joining, or has lost its cluster, for a good one; and its mysql-check counts towards max_connect_errors. A script for
each question, as by xinetd, costs a client's start: 35 to 42 ms of a processor, three proxies ask three times a second.
"""

import shlex

from quorate.catalog.service import HostFile
from quorate.catalog.watched import program
from quorate.describe.cluster import Node

PROGRAM = "/usr/lib/quorate/galera-answers"
UNIT = "quorate-galera-answers"
UNITS = "/etc/systemd/system"

# FreeBind: at boot the socket may come before the address. Before=: at the end Pacemaker goes first, and what it runs;
# a port that is closed while the server still serves would end its clients' sessions while their address moves.
SOCKET = """\
# Written by quorate.
[Unit]
Description=Where proxies ask whether the Galera server of this node takes writes
Before=pacemaker.service

[Socket]
ListenStream={where}
FreeBind=yes

[Install]
WantedBy=sockets.target
"""
SERVICE = """\
# Written by quorate.
[Unit]
Description=Tells proxies whether the Galera server of this node takes writes
StartLimitIntervalSec=0
Before=pacemaker.service

[Service]
ExecStart={call}
User=mysql
Restart=always
RestartSec=100ms
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=true
PrivateDevices=true
"""


def galera_answers(node: Node, port: int, server: str, donors: bool) -> tuple[HostFile, ...]:
    """Return the files by which `node` answers at `port` of its own address. server: the path of MariaDB's socket.

    donors: a node that gives its data to another is answered for as one that takes writes.
    """
    address = node.links[0].ip
    where = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    call = shlex.join([PROGRAM, *(["--donors"] if donors else []), server])
    reload, socket = ("systemctl", "daemon-reload"), f"{UNIT}.socket"
    # A pattern: where the unit is not there yet, nothing is restarted, and that is no failure.
    anew = ("systemctl", "try-restart", f"{UNIT}*.service")
    # systemd gives no socket to a service that runs already.
    opened = (("systemctl", "stop", f"{UNIT}*.service"), ("systemctl", "restart", socket))
    return (
        HostFile(PROGRAM, program("galera-answers"), mode=0o755, make_parents=True, then=(anew,)),
        HostFile(f"{UNITS}/{UNIT}.service", SERVICE.format(call=call), then=(reload, anew)),
        HostFile(
            f"{UNITS}/{socket}",
            SOCKET.format(where=where),
            then=(reload, ("systemctl", "enable", socket), *opened),
        ),
    )
