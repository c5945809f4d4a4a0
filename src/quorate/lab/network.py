"""The lab's wires: namespaces, bridges and cables, made with netlink (pyroute2).

The lab's namespace holds the bridges (with fixed MAC addresses: a bridge that changes its own makes neighbours' ARP
entries stale), the BMCs' addresses and the lab's own; each powered node has a namespace of its own, wired and
addressed before it boots, and new at every power-on. Nothing is visible outside these namespaces but their names in
/run/netns. Does I/O (netlink, /run/netns); blocking, milliseconds.
"""

import errno
import os
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyroute2 import NetNS, netns
from pyroute2.netlink.exceptions import NetlinkError

from quorate.describe.cluster import IPAddress, IPInterface, IPNetwork
from quorate.lab.places import NETNS, namespace_path
from quorate.lab.plan import LabPlan, namespace

IFA_F_NODAD = 0x02  # an IPv6 address is usable at once (rtnetlink(7))
STREAM, DATAGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM


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


def build(plan: LabPlan) -> None:
    """Make the lab's namespace with its bridges and the addresses of the lab and of the BMCs."""
    netns.create(plan.namespace)
    with NetNS(plan.namespace, flags=0) as wires:
        _raise(wires, "lo")
        for bridge in plan.bridges:
            wires.link("add", ifname=bridge.name, kind="bridge", address=bridge.mac)
            index = _raise(wires, bridge.name)
            bmcs = {node.bmc.address for node in plan.nodes if node.bmc and node.bmc.bridge == bridge.name}
            length = bridge.network.prefixlen
            own = [bridge.address] if bridge.address else []
            for address in [*(str(a) for a in own), *(f"{a}/{length}" for a in sorted(bmcs, key=int))]:
                _give(wires, index, address)
    if any(interface.routes for node in plan.nodes for interface in node.interfaces):
        _inside(plan.namespace, _forward)


def wire(lab_namespace: str, node_namespace: str, cables: Iterable[Cable]) -> None:
    """Make a node's namespace anew with its cables plugged into the lab's bridges and its addresses set."""
    remove(node_namespace)
    cables = list(cables)
    netns.create(node_namespace)
    with NetNS(lab_namespace, flags=0) as wires:
        for cable in cables:
            _unplug(wires, cable.port)
            far = {"ifname": cable.name, "net_ns_fd": node_namespace, "address": cable.mac}
            bridge = wires.link_lookup(ifname=cable.bridge)[0]
            state = "up" if cable.plugged else "down"
            wires.link("add", ifname=cable.port, kind="veth", peer=far, master=bridge, state=state)
    _inside(node_namespace, _announce)
    with NetNS(node_namespace, flags=0) as wires:
        _raise(wires, "lo")
        for cable in cables:
            index: int = wires.link_lookup(ifname=cable.name)[0]
            for address in cable.addresses:
                _give(wires, index, address)
            _raise(wires, cable.name)
            for network, router in cable.routes:
                wires.route("add", dst=network, gateway=router, oif=index)


def set_port(lab_namespace: str, port: str, *, up: bool) -> None:
    """Plug a node's cable in or pull it out, at the bridge: the node sees its carrier go."""
    with NetNS(lab_namespace, flags=0) as wires:
        found = wires.link_lookup(ifname=port)
        if found:
            wires.link("set", index=found[0], state="up" if up else "down")


def remove(name: str) -> None:
    """Remove a namespace and what is in it; nothing happens if there is none, or only its empty mount point."""
    try:
        netns.remove(name)
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.EINVAL}:
            raise
        namespace_path(name).unlink(missing_ok=True)  # made, but never mounted: the maker was killed in between


def left_over(lab: str) -> list[str]:
    """Return the namespaces of a lab, its own last, found by name."""
    own = namespace(lab)
    names = sorted(path.name for path in NETNS.glob("*") if path.name == own or path.name.startswith(f"{own}:"))
    return [name for name in names if name != own] + [name for name in names if name == own]


def open_socket(name: str, family: int, kind: int = STREAM) -> socket.socket:
    """Return a socket that lives in the namespace `name`, whoever uses it; OSError if there is no such namespace."""
    made: list[socket.socket] = []
    _inside(name, lambda: made.append(socket.socket(family, kind)))
    return made[0]


def family_of(address: IPAddress | IPInterface | IPNetwork) -> socket.AddressFamily:
    """Return the socket family of an address."""
    return socket.AF_INET if address.version == 4 else socket.AF_INET6


def _inside(name: str, action: Any) -> None:
    """Run `action` inside the namespace, on a thread of its own that ends with it: setns(2) is per thread."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            netns.setns(name, flags=0)
            action()
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            failed.append(error)

    thread = threading.Thread(target=run, name=f"inside {name}")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def _forward() -> None:
    for key in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        Path("/proc/sys/net", key).write_text("1")


def _announce() -> None:
    """Have a card announce its addresses when it comes up: whoever asked for them in vain would wait another second."""
    Path("/proc/sys/net/ipv4/conf/all/arp_notify").write_text("1")


def _raise(wires: Any, name: str) -> int:
    index: int = wires.link_lookup(ifname=name)[0]
    wires.link("set", index=index, state="up")
    return index


def _give(wires: Any, index: int, address: str) -> None:
    ip, _, length = address.partition("/")
    flags = {"flags": IFA_F_NODAD} if ":" in ip else {}
    broadcast = {} if ":" in ip or int(length) > 30 else {"broadcast": str(_broadcast(address))}
    wires.addr("add", index=index, address=ip, prefixlen=int(length), **flags, **broadcast)


def _broadcast(address: str) -> IPAddress:
    from ipaddress import ip_interface  # noqa: PLC0415

    return ip_interface(address).network.broadcast_address


def _unplug(wires: Any, port: str) -> None:
    for index in wires.link_lookup(ifname=port):
        try:
            wires.link("del", index=index)
        except NetlinkError as error:
            if error.code != errno.ENODEV:
                raise


def exists(name: str) -> bool:
    """Tell whether a namespace of that name is mounted."""
    return os.path.ismount(namespace_path(name)) or namespace_path(name).exists()
