"""storage: what a service keeps its data on is there, the server's memory too; a shared directory has been filled.

A directory that the nodes share gets what the service must find at its first start (Service.seed), once, by one node,
and every node is then asked whether it sees it: that proves that the directory is shared. Nothing in it is ever
removed, and one that holds something else is refused.

DRBD devices, volume groups and other file systems are looked for, not made: making them destroys what is on the disk.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Change, Run
from quorate.build.step import Fleet, Note
from quorate.build.want import Want
from quorate.catalog.expand import nodes_of
from quorate.catalog.service import Service
from quorate.catalog.storage import Provided, Replicated, Seed, SharedVolume, Store
from quorate.errors import CommandFailed
from quorate.findings import Finding, Severity
from quorate.machines.fleet import on_all
from quorate.machines.host import Host, command

TITLE = "storage"
MEMORY_SHARE = 0.8
"""Of a node's memory, at most so much for one server: the rest is the system's, the cluster's and the connections'."""

# $1 is there? (a kind, $2 a name) $3 the seed's directory, $4 what is there once it has been filled.
LOOK = """case $1 in
  directory) [ -d "$2" ] ;;
  drbd) drbdadm sh-dev "$2" >/dev/null 2>&1 ;;
  volume) lvs --foreign "$2" >/dev/null 2>&1 ;;
esac && echo there
[ -z "$4" ] || { [ -e "$4" ] && echo filled; }
[ -z "$3" ] || { [ -n "$(ls -A -- "$3" 2>/dev/null)" ] && echo occupied; }
echo memory $(($(sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo) / 1024))"""

# $1 directory, $2 mode, $3 owner:group, $4 what is there once it has been filled; then the command that fills it. Looks
# again itself: between the look and now somebody may have put data there.
FILL = """set -eu
directory=$1 mode=$2 owner=$3 filled=$4; shift 4
[ ! -e "$filled" ] || exit 0
[ -z "$(ls -A -- "$directory" 2>/dev/null)" ] || { echo "$directory is not empty" >&2; exit 1; }
mkdir -p -m "$mode" -- "$directory"
chown -- "$owner" "$directory"
"$@"
sync -f "$directory" """


@dataclass(frozen=True, slots=True)
class Ground:
    """What one node says of one service's storage. occupied: the seed's directory holds something."""

    there: bool
    filled: bool
    occupied: bool
    memory_mib: int


Facts = Mapping[tuple[str, str], Ground]  # by service and node


async def look(fleet: Fleet, want: Want) -> Facts:
    """Ask every node that may run a service with a store; nobody, where there is none."""
    asked = {(name, node.name): service for name, service in stored(want) for node in nodes_of(want.cluster, service)}

    async def one(host: Host) -> dict[tuple[str, str], Ground]:
        of_host = {key: service for key, service in asked.items() if key[1] == host.name}
        return {key: await ground(host, want, key[0], service) for key, service in of_host.items()}

    answers = (await on_all([fleet[name] for name in dict.fromkeys(node for _, node in asked)], one)).all()
    return {key: found for grounds in answers.values() for key, found in grounds.items()}


async def ground(host: Host, want: Want, name: str, service: Service) -> Ground:
    """Ask one node about one service's storage."""
    store = service.store(name)
    assert store is not None
    seed = seed_of(want, name, service, store)
    words = (seed.directory, seed.filled) if seed else ("", "")
    told = await host.run(command("sh", "-c", LOOK, "quorate-storage", *sought(store), *words))
    said = told.stdout.split()
    found = re.search(r"memory (\d+)", told.stdout)
    return Ground("there" in said, "filled" in said, "occupied" in said, int(found[1]) if found else 0)


def stored(want: Want) -> Iterator[tuple[str, Service]]:
    """Yield the services that have a store, with their names."""
    for name, service in want.cluster.services.items():
        if isinstance(service, Service) and service.store(name) is not None:
            yield name, service


def sought(store: Store) -> tuple[str, str]:
    """Return what has to be there already: a kind and a name, as LOOK takes them."""
    if isinstance(store, Replicated):
        return "drbd", store.name
    if isinstance(store, SharedVolume):
        return "volume", f"{store.group}/{store.volume}"
    return ("directory", store.mount.device) if is_directory(store) else ("provided", store.mount.device)


def is_directory(store: Store) -> bool:
    """Tell whether the store is a directory that the nodes share."""
    return isinstance(store, Provided) and store.mount.type == "none"


def seed_of(want: Want, name: str, service: Service, store: Store) -> Seed | None:
    """Return what a shared directory must hold, by its paths there, not below the mount; None for other stores."""
    seed = service.seed(name, want.platform)
    if seed is None or not is_directory(store):
        return None

    def there(text: str) -> str:
        return text.replace(store.mount.directory, store.mount.device)

    fill = tuple(there(word) for word in seed.fill)
    return Seed(there(seed.directory), seed.owner, seed.group, seed.mode, fill, there(seed.filled))


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield findings about what is missing, and one change for each shared directory that has to be filled."""
    for name, service in stored(want):
        store = service.store(name)
        assert store is not None
        nodes = [node.name for node in nodes_of(want.cluster, service)]
        problems = [problem for node in nodes for problem in _problems(facts[name, node], name, node, service)]
        yield from problems
        seed = seed_of(want, name, service, store)
        if seed is None or problems or all(facts[name, node].filled for node in nodes):
            continue
        if any(facts[name, node].filled for node in nodes):
            yield _not_shared(name, store, [node for node in nodes if not facts[name, node].filled])
        elif any(facts[name, node].occupied for node in nodes):
            yield _foreign(name, seed)
        else:
            words = (seed.directory, f"{seed.mode:o}", f"{seed.owner}:{seed.group}", seed.filled, *seed.fill)
            fill = Run(command("sh", "-c", FILL, "quorate-fill", *words), timeout_s=600)
            yield Change(nodes[0], TITLE, f"fill {seed.directory} for {name}", (fill,))


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Ask every node whether it sees what one of them has made; CommandFailed for one that does not."""
    facts = await look(fleet, want)
    for name, service in stored(want):
        store = service.store(name)
        if store is None or seed_of(want, name, service, store) is None:
            continue
        blind = [node for (label, node), found in facts.items() if label == name and not found.filled]
        if blind:
            raise CommandFailed(_not_shared(name, store, blind).summary, "share the directory, then apply again")
        note(f"every node sees the data of {name} in {store.mount.device}")


def _problems(found: Ground, name: str, node: str, service: Service) -> Iterator[Finding]:
    store = service.store(name)
    assert store is not None
    kind, what = sought(store)
    if kind != "provided" and not found.there:
        words = {"drbd": "DRBD resource", "volume": "logical volume", "directory": "directory"}[kind]
        yield Finding(
            "storage-missing",
            Severity.ERROR,
            f"{node} has no {words} {what} for {name}",
            "Pacemaker activates and mounts storage that is there; quorate does not make DRBD devices and volumes yet",
            f"make the {words} {what} with its file system and the service's data on it, then apply again",
            path=("services", name, "data"),
        )
    if service.memory_mib() > MEMORY_SHARE * found.memory_mib:
        yield Finding(
            "memory-short",
            Severity.ERROR,
            f"{node} has {found.memory_mib} MiB of memory, and {name} takes {service.memory_mib()} MiB when it starts",
            "the server would not start there after a failover (document 000: no memory for the buffer pool)",
            f"lower it to {int(MEMORY_SHARE * found.memory_mib)} MiB, or give {node} more memory",
            path=("services", name),
        )


def _not_shared(name: str, store: Store, blind: list[str]) -> Finding:
    return Finding(
        "directory-not-shared",
        Severity.ERROR,
        f"{', '.join(blind)} do not see in {store.mount.device} what another node has there",
        f"{name} would start there without its data",
        f"mount the same file system at {store.mount.device} on every node",
        path=("services", name, "data"),
    )


def _foreign(name: str, seed: Seed) -> Finding:
    return Finding(
        "datadir-foreign",
        Severity.ERROR,
        f"{seed.directory} holds something that is no data of {name}",
        "quorate never writes over what it did not make",
        "move it away, or point `data` elsewhere",
        path=("services", name, "data"),
    )
