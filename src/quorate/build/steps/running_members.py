"""running_members: who is in the running cluster, against who is in the file. No step; membership asks it. Pure.

A reload that drops a joined node from the nodelist, or gives it another id, cuts it off at once, and Pacemaker fences
it ("peer is no longer part of the cluster").
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quorate.describe.cluster import Cluster, Node
from quorate.findings import Finding, Severity

KEY = re.compile(r"nodelist\.node\.(\d+)\.(name|nodeid|ring\d+_addr)")
MEMBER = re.compile(r"runtime\.members\.(\d+)\.ip")
ADDRESS = re.compile(r"ip\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Peer:
    """A node that is joined. name: "" where Corosync was told none. addresses: as the membership knows them."""

    id: int
    name: str
    addresses: frozenset[str]

    def node(self, cluster: Cluster) -> Node | None:
        """Return which node of the file it is: by its name, or where it has none, by an address; None for no one."""
        for node in cluster.nodes:
            if self.name == node.name or (not self.name and self.addresses & {str(link.ip) for link in node.links}):
                return node
        return None


def peers(running: Mapping[str, str]) -> list[Peer]:
    """Return the nodes that are joined, by one node's cmap; those that left or never came may be dropped."""
    listed: dict[str, dict[str, str]] = {}
    for key, value in running.items():
        if match := KEY.fullmatch(key):
            listed.setdefault(match[1], {})[match[2]] = value
    found = []
    for key, value in running.items():
        match = MEMBER.fullmatch(key)
        if not match or running.get(f"runtime.members.{match[1]}.status") != "joined":
            continue
        addresses = frozenset(ADDRESS.findall(value))
        entry = next((e for e in listed.values() if e.get("nodeid") == match[1] or addresses & {*e.values()}), {})
        found.append(Peer(int(match[1]), entry.get("name", ""), addresses))
    return found


def endangered(running: Iterable[Mapping[str, str]], cluster: Cluster) -> list[Finding]:
    """Return an error for each joined node that is not in the file, or has another id there."""
    joined = {(peer.id, peer.name): peer for values in running for peer in peers(values)}
    found = []
    for _, peer in sorted(joined.items()):
        node = peer.node(cluster)
        if node is None:
            found.append(not_in_file(peer))
        elif node.id != peer.id:
            found.append(other_id(peer, node))
    return found


def not_in_file(peer: Peer) -> Finding:
    """Return the error for a joined node that the file does not have."""
    name = peer.name or ", ".join(sorted(peer.addresses))
    return Finding(
        "live-node-not-in-file",
        Severity.ERROR,
        f"node {name} (id {peer.id}) runs in this cluster and is not in the file",
        "told to go on without it, the others would fence it, and its services would stop hard",
        f"put {name} in the file; or take it out first: move its services off "
        f"(`crm_standby --node {name} --update on`), "
        "stop it there (`systemctl disable --now pacemaker corosync`), then apply again",
        path=("nodes",),
    )


def other_id(peer: Peer, node: Node) -> Finding:
    """Return the error for a joined node that has another id in the file."""
    return Finding(
        "node-id-changes",
        Severity.ERROR,
        f"node {node.name} runs with id {peer.id} and has id {node.id} in the file",
        "Corosync and Pacemaker know a running node by its id; under another it counts as lost, and is fenced",
        f"set `id: {peer.id}` for {node.name} (ids follow the order in the file where they are not set)",
        path=("nodes", node.name),
    )
