"""LabPlan: which bridges, interfaces, addresses and BMCs one cluster file takes. Cluster in, LabPlan out. Pure.

One bridge per distinct network of the file; a network inside another shares its bridge. A node has one interface per
bridge, in the order in which the networks appear (links first), with the file's own addresses: a network card, or where
the file says that a link is bonded, a bond of two. Where the file gives it none (networks of floating addresses, of
BMCs) an unused address is taken from the top of the network. A link that spans several networks is routed by the lab,
as a site's routers would. The quorum device's host is one more machine, at the file's address, or where the file has a
name for it, at an unused address of the first network.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_interface

from quorate.catalog.service import Service
from quorate.describe.cluster import Cluster, IPAddress, IPInterface, IPNetwork, Node
from quorate.errors import UsageError
from quorate.findings import Finding
from quorate.lab import bonds
from quorate.lab.bmcs import Bmc, bmcs_of, literal
from quorate.lab.standing import NEW, Standing, key

WITNESS = "quorum-device"  # what the quorum device's host is called where the file gives only its address
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
IPV6_TOP = 0xFFFE  # invented IPv6 addresses count down from ::fffe of their network, to be readable


@dataclass(frozen=True, slots=True)
class Bridge:
    """One Ethernet segment. address: the lab's own on it, where clients ask from; None where there was no room.

    links: the numbers of the cluster links on it.
    """

    name: str
    network: IPNetwork
    mac: str
    address: IPInterface | None
    links: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One network card of a node. port: its cable's other end, in the lab's namespace, plugged into `bridge`."""

    name: str
    mac: str
    port: str
    bridge: str


@dataclass(frozen=True, slots=True)
class Interface:
    """What a node has on one bridge: a network card of the same name, or a bond of several.

    bond: its mode, "" for a single card; asked: by whose answers it knows that a card works.
    invented: addresses that are not from the file. routes: networks of the same link that lie behind the lab's router,
    with its address.
    """

    name: str
    cards: tuple[Card, ...]
    addresses: tuple[IPInterface, ...]
    invented: tuple[IPInterface, ...]
    links: tuple[int, ...]
    routes: tuple[tuple[IPNetwork, IPAddress], ...] = ()
    bond: str = ""
    asked: tuple[IPAddress, ...] = ()

    @property
    def bridge(self) -> str:
        """The bridge that all its cables lead to."""
        return self.cards[0].bridge

    @property
    def mac(self) -> str:
        """The address on the wire; a bond has that of its first card."""
        return self.cards[0].mac

    def cables(self, number: int | None) -> tuple[Card, ...]:
        """Return the card of cable `number`, counted from 0, or all of them (None); UsageError if there is none."""
        if number is None:
            return self.cards
        if not 0 <= number < len(self.cards):
            numbers = ", ".join(str(number) for number in range(len(self.cards)))
            raise UsageError(f"{self.name} has no cable {number}.", f"Cables there: {numbers}.")
        return (self.cards[number],)


@dataclass(frozen=True, slots=True)
class LabNode:
    """A node of the lab. machine: its name on this computer, 64 characters at most. ssh_address: where sshd answers."""

    name: str
    machine: str
    namespace: str
    interfaces: tuple[Interface, ...]
    ssh_address: IPAddress
    ssh_port: int
    ssh_user: str
    bmc: Bmc | None = None

    def interface(self, link: int) -> Interface:
        """Return the interface that carries cluster link number `link`; UsageError if there is none."""
        for interface in self.interfaces:
            if link in interface.links:
                return interface
        raise UsageError(f"Node {self.name} has no link {link}.", "Links are numbered from 0, in the file's order.")


@dataclass(frozen=True, slots=True)
class LabPlan:
    """Everything a lab consists of. names: host names and addresses by which the file reaches a node -> node name.

    nodes: the cluster's, and last the quorum device's host if there is one. resolved: what every node's /etc/hosts has
    to say besides, since a lab has no DNS. findings: what the lab can not provide for this file. firmware_s: how long
    after a power cut a node boots at the earliest; the firmware of real servers takes longer than any token.
    """

    name: str
    namespace: str
    bridges: tuple[Bridge, ...]
    nodes: tuple[LabNode, ...]
    names: dict[str, str] = field(default_factory=dict)
    resolved: tuple[tuple[str, IPAddress], ...] = ()
    findings: tuple[Finding, ...] = ()
    firmware_s: float = 0.0

    def node(self, name: str) -> LabNode:
        """Return the node of that name; UsageError if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise UsageError(f"There is no node {name} in the lab {self.name}.", f"Nodes: {', '.join(self.node_names)}.")

    @property
    def node_names(self) -> tuple[str, ...]:
        """The names of all nodes, in the order of the file."""
        return tuple(node.name for node in self.nodes)


def plan(cluster: Cluster, name: str = "", standing: Standing = NEW) -> LabPlan:
    """Lay out the lab for `cluster`, called `name` (default: the cluster's name). UsageError: no host can be so.

    standing: what the lab has given out already, where it is up; that is kept.
    """
    name = name or cluster.name
    bmcs, findings = bmcs_of(cluster)
    witness = _witness(cluster, _Pool(_used(cluster, bmcs), standing))
    cluster = replace(cluster, nodes=(*cluster.nodes, *witness.values()))
    for node in cluster.nodes:
        _check_name(node.name)
    segments = _in_standing_order(_segments(cluster, bmcs), standing)
    pool = _Pool(_used(cluster, bmcs), standing)
    bridges = tuple(_bridge(name, number, segment, pool) for number, segment in enumerate(segments))
    called = tuple(node.name for node in cluster.nodes)
    nodes = tuple(
        _node(cluster, name, standing.number(node.name, called), node, bridges=bridges, pool=pool)
        for node in cluster.nodes
    )
    nodes = tuple(_with_bmc(node, bmcs.get(node.name), bridges) for node in nodes)
    names = {str(a.ip): node.name for node in nodes for i in node.interfaces for a in i.addresses}
    names |= {node.name: node.name for node in nodes} | {node.ssh.host: node.name for node in cluster.nodes}
    names |= {host: node.name for host, node in witness.items()}
    resolved = tuple((host, node.addresses[0].ip) for host, node in witness.items() if literal(host) is None)
    return LabPlan(
        name, namespace(name), bridges, nodes, names, resolved, tuple(findings), cluster.corosync.detection_s
    )


def namespace(lab: str, node: str = "") -> str:
    """Return the network namespace's name of a lab or of one of its nodes; no name in a file can hold the colon."""
    return f"quorate-{lab}:{node}" if node else f"quorate-{lab}"


def machine(lab: str, node: str) -> str:
    """Return the name systemd-nspawn knows a node by: letters, digits and hyphens, 64 at most (machine-id(5))."""
    plain = "".join(c if c.isalnum() else "-" for c in node)
    return f"{machine_prefix(lab)}{plain[:32]}-{_short(node)}"


def _witness(cluster: Cluster, pool: "_Pool") -> dict[str, Node]:
    """Return the quorum device's host, as the file calls it, with the machine to make for it; empty without one."""
    device = cluster.quorum.device
    if device is None:
        return {}
    given = literal(device.host)
    if given is None:
        address = pool.take(cluster.nodes[0].links[0].network, device.host)
    else:
        network = next((network for network, _ in _networks(cluster) if given in network), _around(given))
        address = ip_interface(f"{given}/{network.prefixlen}")
    if address is None:
        raise UsageError("The first network has no address left for the quorum device's host.", "Give it an address.")
    called = device.host if given is None else WITNESS
    return {device.host: Node(called, id=0, links=(), votes=0, ssh=device.ssh, addresses=(address,))}


def _check_name(node: str) -> None:
    if len(node) > 64 or not HOST_NAME.fullmatch(node):
        raise UsageError(
            f"No host can be called {node}: systemd would not set that name.",
            "A host name has letters, digits and hyphens, in parts joined by single dots (hostname(7)).",
        )


def machine_prefix(lab: str) -> str:
    """Return what the machine names of all nodes of a lab begin with, and of no other lab."""
    return f"quorate-{_short(lab)}-"


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class _Segment:
    network: IPNetwork
    links: tuple[int, ...]


def _segments(cluster: Cluster, bmcs: dict[str, Bmc]) -> list[_Segment]:
    """Return the distinct networks in the order of their first appearance, those inside another one left out."""
    links: dict[IPNetwork, set[int]] = {}
    for network, link in _networks(cluster):
        links.setdefault(network, set()).update(set() if link is None else {link})
    for address in _lone_addresses(cluster, bmcs):
        if not any(address in network for network in links):
            links.setdefault(_around(address), set())
    outer = [n for n in links if not any(n != o and _is_inside(n, o) for o in links)]
    return [_Segment(o, tuple(sorted({i for n in links if _is_inside(n, o) for i in links[n]}))) for o in outer]


def _in_standing_order(segments: list[_Segment], standing: Standing) -> list[_Segment]:
    """Return the segments by the numbers that they have; those that the file no longer has stay, with no link."""
    found = {str(segment.network): segment for segment in segments}
    known = [found.pop(name, _Segment(ip_interface(name).network, ())) for name in standing.networks]
    return [*known, *found.values()]


def _networks(cluster: Cluster) -> Iterator[tuple[IPNetwork, int | None]]:
    count = max(len(node.links) for node in cluster.nodes)
    for link in range(count):
        for node in cluster.nodes:
            if link < len(node.links):
                yield node.links[link].network, link
    for node in cluster.nodes:
        for address in node.addresses:
            yield address.network, None
    for floating in floating_addresses(cluster):
        if floating.network.prefixlen < floating.max_prefixlen:
            yield floating.network, None


def _lone_addresses(cluster: Cluster, bmcs: dict[str, Bmc]) -> Iterator[IPAddress]:
    """Addresses whose network the file does not say."""
    for node in cluster.nodes:
        host = literal(node.ssh.host)
        if host is not None:
            yield host
    yield from (floating.ip for floating in floating_addresses(cluster))
    yield from (bmc.address for bmc in bmcs.values())


def floating_addresses(cluster: Cluster) -> list[IPInterface]:
    """Return the floating addresses of services and of IPaddr2 resources; /32 or /128 where no prefix is given."""
    found = [a for service in cluster.services.values() if isinstance(service, Service) for a in service.addresses()]
    for primitive in cluster.resources.primitives:
        if primitive.agent is None or primitive.agent.type not in {"IPaddr2", "IPaddr"}:
            continue
        ip, prefix = primitive.parameters.get("ip"), primitive.parameters.get("cidr_netmask")
        try:
            found.append(ip_interface(f"{ip}/{prefix}" if prefix else str(ip)))
        except ValueError:
            continue  # a rule's matter, not the lab's
    return found


def _is_inside(inner: IPNetwork, outer: IPNetwork) -> bool:
    return inner.version == outer.version and outer.supernet_of(inner)  # type: ignore[arg-type]


def _around(address: IPAddress) -> IPNetwork:
    return ip_interface(f"{address}/{24 if address.version == 4 else 64}").network


def _used(cluster: Cluster, bmcs: dict[str, Bmc]) -> set[IPAddress]:
    used = {address.ip for node in cluster.nodes for address in (*node.links, *node.addresses)}
    return used | set(_lone_addresses(cluster, bmcs))


def _bridge(lab: str, number: int, segment: _Segment, pool: "_Pool") -> Bridge:
    own = pool.take(segment.network)
    return Bridge(f"br{number}", segment.network, _mac(lab, "bridge", number), own, segment.links)


class _Pool:
    """Unused addresses, taken from the top of their network. standing: those that were taken before, which stay."""

    def __init__(self, used: set[IPAddress], standing: Standing) -> None:
        self.used = used | {ip_interface(address).ip for address in standing.invented.values()}
        self.invented = standing.invented

    def take(self, network: IPNetwork, node: str = "") -> IPInterface | None:
        """Return an address for a node, or for the lab itself; None when the network is full."""
        before = self.invented.get(key(node, network))
        if before is not None:
            return ip_interface(before)
        first, size = int(network.network_address), network.num_addresses
        top = size - 2 if network.version == 4 else min(size - 1, IPV6_TOP)
        for offset in range(top, 0, -1):
            address = type(network.network_address)(first + offset)
            if address not in self.used:
                self.used.add(address)
                return ip_interface(f"{address}/{network.prefixlen}")
        return None


def _node(cluster: Cluster, lab: str, number: int, node: Node, *, bridges: tuple[Bridge, ...], pool: _Pool) -> LabNode:
    interfaces: list[Interface] = []
    for bridge in bridges:
        addresses = _own_addresses(node, bridge)
        if not addresses and bridge.links:
            continue
        invented = () if addresses else tuple(a for a in (pool.take(bridge.network, node.name),) if a)
        links = tuple(i for i, address in enumerate(node.links) if address.ip in bridge.network)
        mode = bonds.mode_of(cluster, links)
        first = sum(len(interface.cards) for interface in interfaces)
        cards = tuple(_card(lab, node.name, number, first + i, bridge.name) for i in range(bonds.CARDS if mode else 1))
        interfaces.append(
            Interface(
                f"bond{sum(bool(interface.bond) for interface in interfaces)}" if mode else cards[0].name,
                cards,
                addresses or invented,
                invented,
                links,
                _routes(links, bridge, bridges),
                mode,
                bonds.asked(cluster, node, bridge.network, bridge.address) if mode else (),
            )
        )
    host = literal(node.ssh.host) or (*node.links, *node.addresses)[0].ip
    return LabNode(
        name=node.name,
        machine=machine(lab, node.name),
        namespace=namespace(lab, node.name),
        interfaces=tuple(interfaces),
        ssh_address=host,
        ssh_port=node.ssh.port,
        ssh_user=node.ssh.user,
    )


def _card(lab: str, node: str, number: int, index: int, bridge: str) -> Card:
    return Card(f"eth{index}", _mac(lab, node, index), f"n{number}e{index}", bridge)


def _own_addresses(node: Node, bridge: Bridge) -> tuple[IPInterface, ...]:
    own = [address for address in (*node.links, *node.addresses) if address.ip in bridge.network]
    host = literal(node.ssh.host)
    if host is not None and host in bridge.network and host not in {address.ip for address in own}:
        own.append(ip_interface(f"{host}/{bridge.network.prefixlen}"))
    return tuple(dict.fromkeys(own))


def _routes(
    links: tuple[int, ...], bridge: Bridge, bridges: tuple[Bridge, ...]
) -> tuple[tuple[IPNetwork, IPAddress], ...]:
    """Return routes to the other networks of the same links, through the lab's address on this one."""
    if bridge.address is None:
        return ()
    router = bridge.address.ip
    same_family = [b for b in bridges if b is not bridge and b.network.version == bridge.network.version]
    return tuple((b.network, router) for b in same_family if set(b.links) & set(links) and b.address)


def _with_bmc(node: LabNode, bmc: Bmc | None, bridges: tuple[Bridge, ...]) -> LabNode:
    if bmc is None:
        return node
    bridge = next(b for b in bridges if bmc.address in b.network)
    return replace(node, bmc=replace(bmc, bridge=bridge.name))


def _mac(*parts: object) -> str:
    """Return a locally administered unicast MAC address that is the same every time for the same parts."""
    digest = hashlib.sha256("/".join(str(part) for part in parts).encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))
