"""A kernel node's cables: taps in the lab's namespace, one end at the node's virtual network card, one at a bridge.

A tap is made before the node boots and stays when it ends; the next boot makes it anew. A cable is pulled by moving its
port to a bridge that is down, and so forwards nothing: taking the tap itself down would leave the node's card deaf
for good, and a port state does not outlast the moment in which the node opens the tap. The node's card keeps its
carrier, as with a switch that died rather than a cable that came out.

Does I/O (netlink, by pyroute2; /dev/net/tun); blocking, milliseconds.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute, NetNS, netns
from pyroute2.netlink.exceptions import NetlinkError

from quorate.lab.cables import Cable

NOWHERE = "nowhere"  # the bridge of pulled cables; those of a plan are called br0, br1, ...
TUN = Path("/dev/net/tun")
TUNSETIFF, TUNSETPERSIST = 0x400454CA, 0x400454CB  # linux/if_tun.h
IFF_TAP, IFF_NO_PI = 0x2, 0x1000


def wire(lab_namespace: str, cables: Iterable[Cable]) -> None:
    """Enter the lab's namespace for good, and make these cables' taps anew in it, plugged into their bridges."""
    netns.setns(lab_namespace, flags=0)
    with IPRoute() as wires:
        for cable in cables:
            _remove(wires, cable.port)
            _make_tap(cable.port)
            _plug(wires, cable.port, cable.bridge if cable.plugged else NOWHERE)


def plug(lab_namespace: str, port: str, bridge: str | None) -> None:
    """Plug a port into a bridge; None pulls the cable. Nothing happens while there is no such port."""
    with NetNS(lab_namespace, flags=0) as wires:
        if wires.link_lookup(ifname=port):
            _plug(wires, port, bridge or NOWHERE)


def _plug(wires: Any, port: str, bridge: str) -> None:
    if bridge == NOWHERE and not wires.link_lookup(ifname=NOWHERE):
        try:
            wires.link("add", ifname=NOWHERE, kind="bridge")
        except NetlinkError as error:
            if error.code != errno.EEXIST:
                raise  # but two nodes may boot at once
    master = wires.link_lookup(ifname=bridge)[0]
    wires.link("set", index=wires.link_lookup(ifname=port)[0], master=master, state="up")


def _make_tap(port: str) -> None:
    tun = os.open(TUN, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", port.encode(), IFF_TAP | IFF_NO_PI))
        fcntl.ioctl(tun, TUNSETPERSIST, 1)
    finally:
        os.close(tun)


def _remove(wires: Any, port: str) -> None:
    for index in wires.link_lookup(ifname=port):
        wires.link("del", index=index)
