"""Nodes: their names, ids, and addresses on each link, from corosync.conf, the CIB and a drbd.conf. Pure.

An address that no input gives is not invented: one of 192.0.2.0/24 stands in its place, which no host has (RFC 5737:
documentation), and which `quorate check` refuses.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

from quorate.adopt.account import Fate
from quorate.adopt.document import is_name
from quorate.adopt.draft import Draft
from quorate.adopt.material import Held, Material
from quorate.describe.derive.crm_fencing import victims
from quorate.describe.derive.crm_view import plain, values
from quorate.dialect.corosync.model import Configuration, Section
from quorate.dialect.corosync.vocabulary import is_link_address
from quorate.dialect.model import Location, Node, NvSet, Primitive, SetKind
from quorate.findings import Severity

UNKNOWN = "?"
_KINDS: tuple[SetKind, ...] = ("attributes", "utilization")


def nodes(material: Material, draft: Draft) -> None:
    """Fill in the section, and say which addresses are missing."""
    for configuration, _ in material.corosync:
        for number, node in enumerate(configuration.nodes, 1):
            _of_nodelist(material, draft, node, number)
    for held in list(material.held):
        if isinstance(held.statement, Node):
            _of_cib(material, draft, held, held.statement)
    for name in _mentioned(material):
        draft.nodes.setdefault(name, {"links": []})
    if not draft.nodes:
        draft.nodes = {"node1": {"links": []}}
        draft.notes["nodes", "node1"] = "no input names a node"
        material.say(Severity.WARNING, None, "nodes-unknown", "no input names the nodes",
                     "a cluster file describes every node", "write their names and addresses under nodes")  # fmt: skip
    for number, (name, entry) in enumerate(draft.nodes.items(), 1):
        _complete(material, draft, name, entry, number)


def _of_nodelist(material: Material, draft: Draft, node: Section, number: int) -> None:
    """Take a node of corosync.conf. An address may be a name there, which says no address."""
    links = [key for key in node.entries() if is_link_address(key.name)]
    id_ = node.value("nodeid") or ""
    told = next((said.uname for said in material.statements(Node) if said.id == id_), "") if id_ else ""
    address = links[0].value if links and not _is_address(links[0].value) else ""
    name = node.value("name") or told or address or f"node{number}"
    entry = draft.nodes.setdefault(name, {"links": []})
    for key in sorted(links, key=lambda key: key.name):
        reached = material.around.addresses.get(key.value, key.value)
        entry["links"].append(_with_prefix(reached, material) if _is_address(reached) else UNKNOWN)
        if not _is_address(reached):
            draft.notes["nodes", name] = f"corosync.conf has the name {key.value} and no address"
    if id_.isdecimal() and int(id_) > 0:
        entry["id"] = int(id_)
    if (votes := node.value("quorum_votes")) and votes.isdecimal() and votes != "1":
        entry["votes"] = int(votes)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _of_cib(material: Material, draft: Draft, held: Held, node: Node) -> None:
    """Take a node of the CIB: one that Corosync's list lacks is a node, too, unless it is a remote one."""
    if node.type in {"remote", "ping"}:
        return
    entry = draft.nodes.setdefault(node.uname, {"links": []})
    if node.id is not None and node.id.isdecimal() and 0 < int(node.id) < 2**32:
        entry.setdefault("id", int(node.id))
    elif node.id is not None:
        material.say(Severity.WARNING, held.place, "node-id-no-number",
                     f"the id of {node.uname} is no number; left out",
                     "Corosync counts its nodes; ids of other kinds are Heartbeat's", "nothing")  # fmt: skip
    names = [pair.name or "" for nvset in node.sets for pair in nvset.pairs]
    if plain(node.sets) and node.description is None and all(map(is_name, names)):
        for kind in _KINDS:
            if said := values(node.sets, kind):
                entry[kind] = said
        material.account.add(held.file, held.lines, f"node {node.uname}", Fate.BECAME, f"nodes.{node.uname}")
        material.held.remove(held)
    elif node.id is not None:  # it stands under nodes
        material.held[material.held.index(held)] = replace(held, statement=replace(node, id=None))


def _mentioned(material: Material) -> Iterator[str]:
    """Yield nodes that only constraints, fencing devices or a drbd.conf name; where nothing lists the nodes."""
    listed = any(configuration.nodes for configuration, _ in material.corosync) or any(material.statements(Node))
    if listed:
        return
    for disk in material.disks:
        yield disk.node
    for primitive in material.statements(Primitive):
        if primitive.agent is not None and primitive.agent.standard == "stonith":
            yield from victims(values((p for p in primitive.body if isinstance(p, NvSet)), "params"), ())
    for location in material.statements(Location):
        if location.node is not None:
            yield location.node


def _with_prefix(address: str, material: Material) -> str:
    """Return an address with the prefix length of the host's network that it lies in, where that is not the usual."""
    for network in (ip_interface(text).network for text in material.around.networks):
        if ip_address(address) in network and network.prefixlen != (24 if network.version == 4 else 64):
            return f"{address}/{network.prefixlen}"
    return address


def _complete(material: Material, draft: Draft, name: str, entry: dict[str, object], number: int) -> None:
    links = entry["links"]
    assert isinstance(links, list)
    if not links and (address := _of_drbd(material, name)):
        links.append(address)
        draft.notes["nodes", name] = "the address is drbd.conf's, and lies in Corosync's network"
    if not links:
        links.append(UNKNOWN)
        draft.notes.setdefault(("nodes", name), "its address is not known")
    if UNKNOWN in links:
        links[:] = [placeholder(number, at) if link == UNKNOWN else link for at, link in enumerate(links)]
        material.say(Severity.WARNING, None, "address-unknown", f"no input gives the address of {name}",
                     "an address of 192.0.2.0/24 stands in its place, and quorate check refuses that",
                     f"write its addresses, one for each link, under nodes.{name}.links")  # fmt: skip


def placeholder(node: int, link: int) -> str:
    """Return what stands in the place of the address of node `node`, from 1, on a link, from 0."""
    return f"192.0.2.{1 + (32 * link + node - 1) % 254}"


def _of_drbd(material: Material, name: str) -> str | None:
    """Return the address of a drbd.conf if Corosync's only network is the one it lies in."""
    networks = [network for configuration, _ in material.corosync for network in _networks(configuration)]
    for disk in material.disks:
        if disk.node == name and len(networks) == 1 and _lies_in(disk.address, networks[0]):
            return disk.address
    return None


def _networks(configuration: Configuration) -> Iterator[str]:
    return (value for interface in configuration.interfaces if (value := interface.value("bindnetaddr")))


def _lies_in(address: str, network: str) -> bool:
    """True if an address lies in the network of a bindnetaddr, whose zeros at the end are the host's part."""
    try:
        bits = int(ip_address(network))
        zeros = (bits & -bits).bit_length() - 1 if bits else 0
        whole = ip_network((network, 32 - 8 * (zeros // 8)))
        return zeros >= 8 and ip_address(address) in whole
    except ValueError:
        return False
