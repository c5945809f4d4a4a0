"""Texts that configure services and their storage, not the cluster: DRBD's resources, haproxy.cfg. Pure.

A cluster file describes these only as parts of a service of the catalog. What a drbd.conf says of nodes and disks is
kept, for it tells what a replicated service needs to be told.
"""

from collections.abc import Iterator, Sequence

from quorate.adopt.account import Fate
from quorate.adopt.material import Disk, Material
from quorate.adopt.sorting import Piece
from quorate.catalog.agents import AgentLibrary
from quorate.dialect.drbd.model import Configuration, Items
from quorate.dialect.drbd.read import read as read_drbd
from quorate.dialect.haproxy.read import read as read_haproxy

WHYS = {
    "drbd": "it stays as it is on the hosts: a cluster file has DRBD only below a service of the catalog",
    "haproxy": "it stays as it is on the hosts; what a service of kind haproxy needs stands in a file beside it",
}


def read(pieces: Sequence[Piece], material: Material, _library: AgentLibrary) -> None:
    """Account for all lines, and say what is wrong or outdated in them; of DRBD note each node's disk and address."""
    for piece in pieces:
        if piece.kind == "drbd":
            reading = read_drbd(piece.text, piece.file)
            material.findings += reading.findings
            material.disks += _disks(reading.configuration)
        else:
            material.findings += read_haproxy(piece.text, piece.file).findings
        for first, last in stretches(piece, material):
            material.account.add(piece.file, [first, last], piece.kind, Fate.DROPPED, WHYS[piece.kind])


def _disks(configuration: Configuration) -> Iterator[Disk]:
    for resource in configuration.sections("resource"):
        for host in resource.sections("on"):
            disk = _said(host, "disk") or _said(resource, "disk")
            address = (host.value("address") or "").split()[-1:]
            for node in host.arguments:
                yield Disk(" ".join(resource.arguments), node, disk, _without_port("".join(address)))


def _said(holder: Items, name: str) -> str:
    """Return a value of a host or a resource, or of its first volume."""
    inside = [holder.value(name), *(volume.value(name) for volume in holder.sections("volume"))]
    return next((value for value in inside if value), "")


def _without_port(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")


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
