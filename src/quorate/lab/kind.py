"""What a lab's nodes are: containers, or Linux kernels of their own; and why. Pure.

A container shares this machine's kernel: it boots in a second, but has no disks, no kernel modules, no watchdog. A
kernel node is a whole Linux (User-Mode Linux) in a process: it has all of these, and boots in seven. All nodes of a lab
are of one kind.
"""

from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from quorate.catalog.service import Service
from quorate.describe.cluster import Cluster
from quorate.lab.places import Places
from quorate.lab.plan import Card, LabNode, LabPlan
from quorate.lab.storage import Storage

Kind = Literal["container", "kernel"]
KINDS: tuple[Kind, ...] = ("container", "kernel")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which nodes a lab has, why, and what will not work with them (empty: nothing is known)."""

    kind: Kind
    why: str
    warning: str = ""


def choose(cluster: Cluster, asked: Kind | None = None) -> Choice:
    """Choose the kind of node: as `asked`, or else what the cluster's links and services need."""
    needs = list(_needs(cluster))
    if asked == "container" and needs:
        return Choice("container", "asked for", f"container nodes cannot run all of this file: {'; '.join(needs)}")
    if asked:
        return Choice(asked, "asked for")
    if needs:
        return Choice("kernel", "; ".join(needs))
    return Choice("container", "nothing needs a disk or a kernel module")


def _needs(cluster: Cluster) -> Iterator[str]:
    """Say what links and services need that only a kernel of its own has, in the order of the file."""
    for link in cluster.corosync.links:
        if link.bond:  # of this machine's kernel, where containers may not load it
            yield f"link {link.number} needs the kernel module bonding"
    for name, service in cluster.services.items():
        if not isinstance(service, Service):
            continue
        if modules := service.modules():
            yield f"{name} needs the kernel module{'s' if len(modules) > 1 else ''} {', '.join(modules)}"
        if disks := service.disks():
            yield f"{name} needs the disk{'s' if len(disks) > 1 else ''} {', '.join(disk.path for disk in disks)}"


class NodesOfAKind(Protocol):
    """What container.py and kernel.py both answer."""

    def prepare(
        self,
        plan: LabPlan,
        node: LabNode,
        places: Places,
        *,
        image: Path,
        keys: tuple[str, str],
        storage: Storage,
    ) -> None:
        """Write a node's disk and papers."""

    def is_ready(self, group: Path, directory: Path, port: int, /) -> bool:
        """Tell whether sshd listens, without a connection to it."""

    def plug(self, plan: LabPlan, card: Card, *, up: bool) -> None:
        """Plug a cable in or pull it out."""

    def journal(self, directory: Path, lines: int, /) -> Coroutine[Any, Any, str]:
        """Return a node's journal, where it can be read from outside."""
