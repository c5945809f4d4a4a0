"""Addresses: every IP address the cluster file gives to something, and to what. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface

from quorate.check.context import Context, Path
from quorate.check.fencing import address, address_path
from quorate.describe.cluster import Cluster, IPAddress, IPInterface
from quorate.describe.resources import Primitive

_FLOATING = {"IPaddr2", "IPaddr", "IPv6addr"}


@dataclass(frozen=True, slots=True)
class Holder:
    """Something that has an address. `owner` is the node, device or resource; `words` say it in a sentence."""

    address: IPAddress
    owner: str
    words: str
    path: Path


@dataclass(frozen=True, slots=True)
class Floating:
    """A floating address: the resource that holds it, its prefix if known, and the interface if it names one."""

    address: IPAddress
    network: IPInterface | None
    resource: Primitive
    interface: str | None
    path: Path


def of_nodes(cluster: Cluster) -> Iterator[Holder]:
    """Yield the addresses of the nodes: links first, then the further ones."""
    for node in cluster.nodes:
        for number, interface in enumerate(node.links):
            path: Path = ("nodes", node.name, "links", number)
            yield Holder(interface.ip, node.name, f"link {number} of {node.name}", path)
        for number, interface in enumerate(node.addresses):
            path = ("nodes", node.name, "addresses", number)
            yield Holder(interface.ip, node.name, f"{node.name} (addresses)", path)


def of_fencing(cluster: Cluster) -> Iterator[Holder]:
    """Yield the addresses of fencing devices; several devices of one agent at one address are one switch."""
    seen: set[tuple[IPAddress, str]] = set()
    for device in cluster.fencing.devices:
        at = address(device)
        if at is None or (device.from_node is None and (at, device.agent) in seen):
            continue
        seen.add((at, device.agent))
        yield Holder(at, device.id, f"the fencing device {device.id}", address_path(device))


def floating(context: Context) -> Iterator[Floating]:
    """Yield the floating addresses of all services and resources."""
    for primitive in context.primitives:
        text = primitive.parameters.get("ip", primitive.parameters.get("ipv6addr"))
        if primitive.agent is None or primitive.agent.type not in _FLOATING or not isinstance(text, str):
            continue
        try:
            at = ip_address(text.partition("/")[0])
        except ValueError:
            continue
        length = primitive.parameters.get("cidr_netmask", text.partition("/")[2])
        nic = primitive.parameters.get("nic")
        yield Floating(
            address=at,
            network=_interface(at, length if isinstance(length, str) else ""),
            resource=primitive,
            interface=nic if isinstance(nic, str) else None,
            path=_floating_path(context, primitive),
        )


def _interface(at: IPAddress, length: str) -> IPInterface | None:
    try:
        return ip_interface(f"{at}/{length}") if length else None
    except ValueError:
        return None


def _floating_path(context: Context, primitive: Primitive) -> Path:
    path = context.path(primitive.id, "parameters", "ip")
    return (*path, "address") if path[0] == "services" else path
