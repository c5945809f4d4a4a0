"""A placeholder of an import was never filled in.

Why: `quorate import` does not invent what no input says. Where a node's address is not known it writes one of
192.0.2.0/24, which is for documentation and no host has; where a disk is not known, /dev/unknown.
What to do: write the address, or the disk, that the host has.
Source: RFC 5737
"""

from collections.abc import Iterator
from ipaddress import ip_network

from quorate.catalog.service import Service
from quorate.check.context import Context
from quorate.describe.cluster import Cluster
from quorate.findings import Finding, Severity

_NOBODYS = ip_network("192.0.2.0/24")
_DISK = "/dev/unknown"


def check(cluster: Cluster, _context: Context) -> Iterator[Finding]:
    """Report addresses of nodes, and disks of services, that stand for something unknown."""
    for node in cluster.nodes:
        for number, link in enumerate(node.links):
            if link.ip in _NOBODYS:
                yield _finding(f"{link.ip} stands for an address of {node.name} that is not known",
                               "write its address on this link", ("nodes", node.name, "links", number))  # fmt: skip
    for name, service in cluster.services.items():
        if isinstance(service, Service) and any(disk.path == _DISK for disk in service.disks()):
            yield _finding(f"{_DISK} stands for a disk of {name} that is not known", "write the disk's path",
                           ("services", name, "data"))  # fmt: skip


def _finding(summary: str, fix: str, path: tuple[str | int, ...]) -> Finding:
    why = "no input of the import said it, and nothing can be built without it"
    return Finding("placeholder-left", Severity.ERROR, summary, why, fix, path)
