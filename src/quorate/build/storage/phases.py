"""Phase: what is done on all nodes before anybody looks again. And Stored: a service's store with all that it needs.

Values only, pure. A store is brought to its state phase by phase; which phase comes next is told by facts, and by the
phases that this run has already been through where a host cannot show it (what is inside a device that is down).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build.change import Change, Effect, Run
from quorate.build.want import Want
from quorate.catalog.service import Service
from quorate.catalog.site import nodes_of
from quorate.catalog.storage import Seed, Store
from quorate.findings import Finding, Severity
from quorate.machines.host import Command

TITLE = "storage"


@dataclass(frozen=True, slots=True)
class Stored:
    """A service whose data lies on a store. nodes: those that may run it, the preferred first."""

    service: str
    store: Store
    seed: Seed | None
    nodes: tuple[str, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """Where the cluster file speaks of it."""
        return ("services", self.service)


@dataclass(frozen=True, slots=True)
class Phase:
    """Changes that may go on at the same time, each host's own in order."""

    title: str
    changes: tuple[Change, ...]


def stores(want: Want) -> tuple[Stored, ...]:
    """Return the stores of all services, in the order of the file."""
    return tuple(_stores(want))


def _stores(want: Want) -> Iterator[Stored]:
    for name, service in want.cluster.services.items():
        if isinstance(service, Service) and (store := service.store(name)):
            nodes = tuple(node.name for node in nodes_of(want.cluster, service))
            yield Stored(name, store, service.seed(name, want.platforms[nodes[0]]), nodes)


def change(
    host: str, words: str, *commands: Command, timeout_s: float = 120, effect: Effect = Effect.NOTHING
) -> Change:
    """Return one change of the step storage."""
    return Change(host, TITLE, words, tuple(Run(command, timeout_s) for command in commands), effect)


def error(code: str, summary: str, why: str, fix: str, path: tuple[str, ...]) -> Finding:
    """Return a finding that ends apply."""
    return Finding(code, Severity.ERROR, summary, why, fix, path=path)
