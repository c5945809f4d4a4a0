"""Corosync's links to the other nodes, by `corosync-cfgtool -s` and `-n` (corosync-cfgtool(8), 3.1).

-s tells of every node on every link; -n adds addresses and packet size, but only for nodes that are reachable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quorate.errors import Unknown
from quorate.machines.host import command

COMMAND = command("sh", "-c", "corosync-cfgtool -s && corosync-cfgtool -n")

LOCAL = re.compile(r"Local node ID (\d+)(?:, transport (\w+))?")
LINK = re.compile(r"LINK ID (\d+)")
ADDRESS = re.compile(r"\s+addr\s*= (\S+)")
NODE = re.compile(r"\s+nodeid:?\s+(\d+):\s+(\w+)")
PEER = re.compile(r"nodeid: (\d+) reachable")
PATH = re.compile(r"\s+LINK: (\d+) .*?\(([^()]*)\)(.*)")
MTU = re.compile(r"mtu: (\d+)")


@dataclass(frozen=True, slots=True)
class Link:
    """One link of this node: its number, own address, and for each other node id whether that is connected on it."""

    number: int
    address: str
    connected: Mapping[int, bool]


@dataclass(frozen=True, slots=True)
class Path:
    """A link to one reachable node. With udpu and udp only the own address is told, so `remote` is ""."""

    node_id: int
    link: int
    local: str
    remote: str
    connected: bool
    mtu: int


@dataclass(frozen=True, slots=True)
class CorosyncLinks:
    """transport: knet, udpu or udp. `links` is empty on a cluster of one node."""

    node_id: int
    transport: str
    links: tuple[Link, ...]
    paths: tuple[Path, ...]

    @property
    def broken(self) -> tuple[tuple[int, int], ...]:
        """(node id, link number) of every path that is down."""
        return tuple((node, link.number) for link in self.links for node, up in link.connected.items() if not up)


def parse(output: str, status: int) -> CorosyncLinks:
    """Read both texts, one after the other; Unknown if Corosync does not run."""
    local = LOCAL.search(output)
    if not local:
        hint = "Is Corosync running there? systemctl status corosync"
        raise Unknown(f"Corosync's links are not known: corosync-cfgtool ended with status {status}.", hint)
    found: list[tuple[int, str, dict[int, bool]]] = []
    paths: list[Path] = []
    peer = 0
    for line in output.splitlines():
        if match := LINK.match(line):
            found.append((int(match[1]), "", {}))
        elif match := ADDRESS.match(line):
            found[-1] = (found[-1][0], match[1], found[-1][2])
        elif (match := NODE.match(line)) and match[2] != "localhost":
            found[-1][2][int(match[1])] = match[2] == "connected"
        elif match := PEER.match(line):
            peer = int(match[1])
        elif match := PATH.match(line):
            paths.append(_path(peer, match))
    links = tuple(Link(number, address, MappingProxyType(nodes)) for number, address, nodes in found)
    return CorosyncLinks(int(local[1]), local[2] or "knet", links, tuple(paths))


def _path(peer: int, match: re.Match[str]) -> Path:
    here, _, there = match[2].partition("->")
    mtu = MTU.search(match[3])
    return Path(peer, int(match[1]), here, there, " connected" in match[3], int(mtu[1]) if mtu else 0)
