"""Phase: what is done on all nodes before anybody looks again. And Stored: a service's store with all that it needs.

Values only, pure. A store is brought to its state phase by phase; which phase comes next is told by facts, and by the
phases that this run has already been through where a host cannot show it (what is inside a device that is down).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build.change import Change, Effect, Run
from quorate.build.storage import scripts
from quorate.build.want import Want
from quorate.catalog.expand import nodes_of
from quorate.catalog.service import Service
from quorate.catalog.storage import Mount, Seed, Store
from quorate.findings import Finding, Severity
from quorate.machines.host import Command

TITLE = "storage"
FILL_TIMEOUT_S = 900


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


def seed_arguments(mount: Mount, seed: Seed | None, *, make: bool) -> tuple[str, ...]:
    """Return the script SEED and its arguments. make: a file system is made where there is none."""
    first = (
        scripts.SEED,
        mount.device,
        mount.type,
        mount.options,
        mount.directory,
        "make" if make else "",
        scripts.FILL,
    )
    if seed is None:
        return (*first, "", "", "", "", "")
    if not seed.directory.startswith(f"{mount.directory}/"):
        raise ValueError(f"the seed's directory {seed.directory} is not below {mount.directory}")
    return (*first, seed.directory, seed.owner, seed.group, f"{seed.mode:o}", seed.filled, *seed.fill)


def inside_words(stored: Stored, *, make: bool) -> str:
    """Return what is done inside a store, in words."""
    mount, seed = stored.store.mount, stored.seed
    words = [f"make its file system ({mount.type}) if it has none"] if make else []
    if seed:
        words.append(f"make {seed.directory} if it is not there")
        words += [f"fill it ({seed.fill[0]})"] if seed.fill else []
    return f"{stored.service}: look into {mount.device}; " + ", ".join(words)
