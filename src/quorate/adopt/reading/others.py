"""Texts that configure services and their storage, not the cluster: DRBD's resources, haproxy.cfg. Pure.

A cluster file describes these only as parts of a service of the catalog. What a drbd.conf says of nodes and disks is
kept, for it tells what a replicated service needs to be told.
"""

import re
from collections.abc import Iterator, Sequence

from quorate.adopt.account import Fate
from quorate.adopt.material import Disk, Material
from quorate.adopt.sorting import Piece

_RESOURCE = re.compile(r"""resource\s+["']?([\w.-]+)["']?\s*\{""", re.IGNORECASE)
_ON = re.compile(r"on\s+([\w.-]+)\s*\{", re.IGNORECASE)
_DISK = re.compile(r"disk\s*(/[^\s;]+)\s*;", re.IGNORECASE)
_ADDRESS = re.compile(r"address\s+(?:ipv[46]\s+)?\[?([0-9a-fA-F.:]+?)\]?:\d+\s*;", re.IGNORECASE)

WHYS = {
    "drbd": "the resource stays as it is on the hosts: a cluster file has DRBD only below a service of the catalog",
    "haproxy": "the file stays as it is on the hosts: the catalog has no such service",
}


def read(pieces: Sequence[Piece], material: Material, _agents: Sequence[str]) -> None:
    """Account for all lines; of drbd.conf note each node's disk and address."""
    for piece in pieces:
        if piece.kind == "drbd":
            material.disks += _disks(piece.text)
        for first, last in stretches(piece, material):
            material.account.add(piece.file, [first, last], piece.kind, Fate.DROPPED, WHYS[piece.kind])


def _disks(text: str) -> Iterator[Disk]:
    resource = node = ""
    common = disk = ""
    for raw in text.splitlines():
        row = raw.split("#")[0].strip()
        if found := _RESOURCE.match(row):
            resource, node, common, disk = found[1], "", "", ""
        elif found := _ON.match(row):
            node, disk = found[1], ""
        elif found := _DISK.match(row):
            disk, common = found[1], common if node else found[1]
        elif (found := _ADDRESS.match(row)) and node:
            yield Disk(resource, node, disk or common, found[1])


def stretches(piece: Piece, material: Material) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of lines that follow one another, whatever empty lines stand between."""
    rows = list(material.sources[piece.file])
    first = last = 0
    for number in sorted(piece.lines):
        if not first or any(row.strip() for row in rows[last : number - 1]):
            if first:
                yield first, last
            first = number
        last = number
    if first:
        yield first, last
