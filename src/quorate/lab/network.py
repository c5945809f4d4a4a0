"""The lab's wires: namespaces, bridges and cables, made with netlink (pyroute2).

The lab's namespace holds the bridges (with fixed MAC addresses: a bridge that changes its own makes neighbours' ARP
entries stale), the BMCs' addresses and the lab's own; each powered node has a namespace of its own, wired and
addressed before it boots, and new at every power-on. Nothing is visible outside these namespaces but their names in
/run/netns. Does I/O (netlink, /run/netns); blocking, milliseconds.
"""

import os
import socket
import threading
from pathlib import Path
from typing import Any

from pyroute2 import NetNS, netns

from quorate.describe.cluster import IPAddress, IPInterface, IPNetwork
from quorate.lab.cables import bring_up, give
from quorate.lab.places import NETNS, namespace_path
from quorate.lab.plan import LabPlan, namespace

TCP_LISTEN = "0A"
STREAM, DATAGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM


def build(plan: LabPlan) -> None:
    """Make the lab's namespace with its bridges and the addresses of the lab and of the BMCs; what is there stays."""
    if not exists(plan.namespace):
        netns.create(plan.namespace)
    with NetNS(plan.namespace, flags=0) as wires:
        bring_up(wires, "lo")
        for bridge in plan.bridges:
            if not wires.link_lookup(ifname=bridge.name):
                wires.link("add", ifname=bridge.name, kind="bridge", address=bridge.mac)
            index = bring_up(wires, bridge.name)
            there = {one.get_attr("IFA_ADDRESS") for one in wires.get_addr(index=index)}
            bmcs = {node.bmc.address for node in plan.nodes if node.bmc and node.bmc.bridge == bridge.name}
            length = bridge.network.prefixlen
            own = [bridge.address] if bridge.address else []
            for address in [*(str(a) for a in own), *(f"{a}/{length}" for a in sorted(bmcs, key=int))]:
                if address.partition("/")[0] not in there:
                    give(wires, index, address)
    if any(interface.routes for node in plan.nodes for interface in node.interfaces):
        _inside(plan.namespace, _forward)


def set_port(lab_namespace: str, port: str, *, up: bool) -> None:
    """Plug a node's cable in or pull it out, at the bridge: the node sees its carrier go."""
    with NetNS(lab_namespace, flags=0) as wires:
        found = wires.link_lookup(ifname=port)
        if found:
            wires.link("set", index=found[0], state="up" if up else "down")


def give_node(node_namespace: str, card: str, address: str) -> None:
    """Give a network card of a node another address, beside those it has; nothing happens where the node is off."""
    if not exists(node_namespace):
        return
    with NetNS(node_namespace, flags=0) as wires:
        index = wires.link_lookup(ifname=card)[0]
        if not any(one.get_attr("IFA_ADDRESS") == address.partition("/")[0] for one in wires.get_addr(index=index)):
            give(wires, index, address)


def set_address(lab_namespace: str, bridge: str, address: IPInterface, *, up: bool) -> None:
    """Give a bridge an address or take it away; nothing happens where it is so already."""
    with NetNS(lab_namespace, flags=0) as wires:
        index = wires.link_lookup(ifname=bridge)[0]
        has = any(one.get_attr("IFA_ADDRESS") == str(address.ip) for one in wires.get_addr(index=index))
        if up and not has:
            give(wires, index, str(address))
        elif has and not up:
            wires.addr("delete", index=index, address=str(address.ip), prefixlen=address.network.prefixlen)


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


def listens(process: int, port: int) -> bool:
    """Tell whether anything listens on a TCP port in the namespace of a process (proc(5), net/tcp)."""
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]
        except OSError:
            return False
        for line in lines:
            local, _, state = line.split()[1:4]
            if state == TCP_LISTEN and int(local.rpartition(":")[2], 16) == port:
                return True
    return False


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


def exists(name: str) -> bool:
    """Tell whether a namespace of that name is mounted."""
    return os.path.ismount(namespace_path(name)) or namespace_path(name).exists()
