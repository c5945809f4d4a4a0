"""running_members: who is in the running cluster, against who is in the file. No step; membership asks it. Pure.

A reload that drops a joined node from the nodelist, or gives it another id, cuts it off at once, and Pacemaker fences
it ("peer is no longer part of the cluster").
"""

import re
from collections.abc import Collection, Iterable, Mapping
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
    """Return the nodes that are joined, by one node's cmap."""
    entries = _entries(running)
    found = []
    for key, value in running.items():
        match = MEMBER.fullmatch(key)
        if not match or running.get(f"runtime.members.{match[1]}.status") != "joined":
            continue
        addresses = frozenset(ADDRESS.findall(value))
        entry = next((e for e in entries if e.get("nodeid") == match[1] or addresses & {*e.values()}), {})
        found.append(Peer(int(match[1]), entry.get("name", ""), addresses))
    return found


def listed(running: Mapping[str, str]) -> list[Peer]:
    """Return the nodes of the nodelist, joined or not, by one node's cmap."""
    return [
        Peer(
            int(entry.get("nodeid", "0")),
            entry.get("name", ""),
            frozenset(value for key, value in entry.items() if key.startswith("ring")),
        )
        for entry in _entries(running)
    ]


def _entries(running: Mapping[str, str]) -> list[dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    for key, value in running.items():
        if match := KEY.fullmatch(key):
            entries.setdefault(match[1], {})[match[2]] = value
    return list(entries.values())


def endangered(running: Iterable[Mapping[str, str]], cluster: Cluster, leaving: Collection[str] = ()) -> list[Finding]:
    """Return an error for each joined node that is not in the file, or has another id there.

    leaving: names of those that are stopped before Corosync is told (the step departure).
    """
    joined = {(peer.id, peer.name): peer for values in running for peer in peers(values)}
    found = []
    for _, peer in sorted(joined.items()):
        node = peer.node(cluster)
        if node is None and (peer.name or min(peer.addresses, default="")) in leaving:
            continue
        if node is None:
            found.append(not_in_file(peer.name or ", ".join(sorted(peer.addresses)), peer.id))
        elif node.id != peer.id:
            found.append(other_id(peer, node))
    return found


def not_in_file(name: str, id_: int) -> Finding:
    """Return the error for a node of the running cluster that the file does not have."""
    return Finding(
        "live-node-not-in-file",
        Severity.ERROR,
        f"node {name} (id {id_}) is in the running cluster and is not in the file",
        "a node is not removed because a line of the file is missing: told to go on without it while it runs, the "
        "others would fence it, and its services would stop hard",
        f"put {name} in the file; or, to have its services moved and the node removed, give --remove {name}",
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
