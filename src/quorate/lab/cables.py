"""A node's cables: its network namespace, made at every power-on, wired to the lab's bridges and addressed.

Apart from network.py because a node's boot imports nothing else of the lab: every import is paid at each power-on.
Does I/O (netlink, by pyroute2); blocking, milliseconds.
"""

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_interface
from typing import Any

from pyroute2 import NetNS, config, netns
from pyroute2.netlink.exceptions import NetlinkError

from quorate.lab.places import namespace_path

# pyroute2 opens a namespace in a forked child and ends that with SIGTERM. A child that is still there passes the signal
# to the parent through the wakeup pipe that asyncio has made for signals, and the parent takes it for its own.
config.disable_mp_signal = True

IFA_F_NODAD = 0x02  # an IPv6 address is usable at once (rtnetlink(7))


@dataclass(frozen=True, slots=True)
class Cable:
    """One cable of a node: `name` and `mac` at the node, `port` at the bridge. plugged: False for a cut one."""

    name: str
    mac: str
    port: str
    bridge: str
    addresses: tuple[str, ...]
    routes: tuple[tuple[str, str], ...] = ()
    plugged: bool = True


@dataclass(frozen=True, slots=True)
class Bond:
    """Cards that a node joins into one interface; it has the addresses and routes that their cables say.

    cards: their names. asked: addresses by whose answers it knows that a card works.
    """

    name: str
    mode: str
    cards: tuple[str, ...]
    asked: tuple[str, ...]


def wire(lab_namespace: str, node_namespace: str, cables: Iterable[Cable]) -> None:
    """Make a node's namespace anew with its cables plugged into the lab's bridges and its addresses set."""
    remove(node_namespace)
    cables = list(cables)
    netns.create(node_namespace)
    with NetNS(node_namespace, flags=0) as wires:
        bring_up(wires, "lo")
    for cable in cables:
        plug_in(lab_namespace, node_namespace, cable)


def plug_in(lab_namespace: str, node_namespace: str, cable: Cable) -> None:
    """Plug a cable into a node's namespace, running or not, and into its bridge; set the addresses and routes."""
    with NetNS(lab_namespace, flags=0) as wires:
        _unplug(wires, cable.port)
        far = {"ifname": cable.name, "net_ns_fd": node_namespace, "address": cable.mac}
        bridge = wires.link_lookup(ifname=cable.bridge)[0]
        state = "up" if cable.plugged else "down"
        wires.link("add", ifname=cable.port, kind="veth", peer=far, master=bridge, state=state)
    with NetNS(node_namespace, flags=0) as wires:
        index: int = wires.link_lookup(ifname=cable.name)[0]
        for address in cable.addresses:
            give(wires, index, address)
        bring_up(wires, cable.name)
        for network, router in cable.routes:
            wires.route("add", dst=network, gateway=router, oif=index)


def remove(name: str) -> None:
    """Remove a namespace and what is in it; nothing happens if there is none, or only its empty mount point."""
    try:
        netns.remove(name)
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.EINVAL}:
            raise
        namespace_path(name).unlink(missing_ok=True)  # made, but never mounted: the maker was killed in between


def bring_up(wires: Any, name: str) -> int:
    """Bring an interface up and return its index. wires: an open pyroute2 NetNS."""
    index: int = wires.link_lookup(ifname=name)[0]
    wires.link("set", index=index, state="up")
    return index


def give(wires: Any, index: int, address: str) -> None:
    """Give an interface an address with prefix length."""
    ip, _, length = address.partition("/")
    flags = {"flags": IFA_F_NODAD} if ":" in ip else {}
    broadcast = {} if ":" in ip or int(length) > 30 else {"broadcast": str(_broadcast(address))}
    wires.addr("add", index=index, address=ip, prefixlen=int(length), **flags, **broadcast)


def _broadcast(address: str) -> IPv4Address | IPv6Address:
    return ip_interface(address).network.broadcast_address


def _unplug(wires: Any, port: str) -> None:
    for index in wires.link_lookup(ifname=port):
        try:
            wires.link("del", index=index)
        except NetlinkError as error:
            if error.code != errno.ENODEV:
                raise
