"""Nodes and how to reach them. Pure."""

from dataclasses import replace
from types import MappingProxyType

from quorate.describe.cluster import Node, Ssh
from quorate.describe.derive.crm_view import plain, values
from quorate.describe.sections import nodes as written
from quorate.describe.sections.whole import File
from quorate.dialect import model


def node_id(file: File, name: str) -> int:
    """Return a node's id: as written, else its position in the file, from 1 (corosync.conf(5), nodeid, must be > 0)."""
    given = file.nodes[name].id
    return given if given is not None else list(file.nodes).index(name) + 1


def nodes(file: File) -> tuple[Node, ...]:
    """Return the nodes in the order of the file. One vote each (votequorum(5), quorum_votes)."""
    return tuple(
        Node(
            name=name,
            id=node_id(file, name),
            links=node.links,
            votes=1 if node.votes is None else node.votes,
            ssh=ssh(file.ssh, node.ssh, str(node.links[0].ip)),
            addresses=node.addresses,
            attributes=MappingProxyType(node.attributes),
            utilization=MappingProxyType(node.utilization),
        )
        for name, node in file.nodes.items()
    )


def with_attributes(nodes: tuple[Node, ...], text: model.Configuration) -> tuple[Node, ...]:
    """Return the nodes with the attributes that a text of the crm shell gives them."""
    said = {item.uname: item.sets for item in text.statements if isinstance(item, model.Node) and is_attributes(item)}
    return tuple(
        replace(
            node,
            attributes=MappingProxyType({**node.attributes, **values(said.get(node.name, ()), "attributes")}),
            utilization=MappingProxyType({**node.utilization, **values(said.get(node.name, ()), "utilization")}),
        )
        for node in nodes
    )


def is_attributes(node: model.Node) -> bool:
    """True for a member of the cluster of which nothing is said but its attributes."""
    return node.type in {None, "member", "normal"} and node.description is None and plain(node.sets)


def ssh(defaults: written.SshDefaults | None, own: written.Ssh | None, host: str) -> Ssh:
    """Return how to reach a host: its own settings win over the file's section `ssh`."""
    default, mine = defaults or written.SshDefaults(), own or written.Ssh()
    user = mine.user or default.user or "root"
    return Ssh(
        host=mine.host or host,
        port=mine.port or default.port or 22,
        user=user,
        sudo=_first(mine.sudo, default.sudo),
        key=mine.key or default.key,
        known_hosts=mine.known_hosts or default.known_hosts,
        jump=mine.jump or default.jump,
    )


def _first(*choices: bool | None) -> bool:
    return next((choice for choice in choices if choice is not None), False)
