"""adopt: what nodes have of a service's data already, outside of its store, and whether it can go onto it. Pure.

A server that ran before there was a cluster has its data at the usual place. The cluster would begin without them, so
apply stops until the operator says whose they are to be (`--adopt-data`). Then that node fills the store (filling.py).
The original is never written to: it is the way back. Once Pacemaker has the store, nothing of this is asked any more.
"""

from collections.abc import Iterator

from quorate.build.storage.filling import source
from quorate.build.storage.look import Facts
from quorate.build.storage.phases import Stored, error
from quorate.build.storage.scripts import ADOPTED, FILLING
from quorate.build.want import NOBODY, Want
from quorate.catalog.storage import Provided, Usual
from quorate.findings import Finding
from quorate.observe.facts.data_directory import DataDirectory

ROOM = 1.1  # the file system's own records, and what the server logs from the first day on
MIB = 1 << 20
NAMED = 5


def findings(stored: Stored, facts: Facts, want: Want) -> Iterator[Finding]:
    """Yield what forbids to begin: data that nobody has decided about, or that cannot be had."""
    usual = stored.seed.usual if stored.seed else None
    managed = any(f"{stored.service}-filesystem" in node.managed for node in facts.values())
    if usual is None or managed:
        return
    here = {name: facts[name].data.get(usual.directory) for name in stored.nodes if usual.directory in facts[name].data}
    chosen = source(stored, want)
    if chosen:
        node = chosen[0]
        data = here.get(node)
        if data is None:
            yield unknown(stored, usual, node)
        elif not data.has(usual.whole):
            yield nothing(stored, usual, data, node)
        else:
            yield from unfit(stored, usual, data, node)
            yield from unsettled(stored, usual, data, node)
            yield from too_large(stored, facts, data, node)
    elif want.adopt.get(stored.service) != NOBODY:
        yield from undecided(stored, usual, here)


def unknown(stored: Stored, usual: Usual, node: str) -> Finding:
    """Return an error: nobody could look."""
    return error(
        "data-unknown",
        f"{node}: {usual.directory} cannot be looked into",
        f"there may be data that {stored.service} is to begin with",
        f"log in as root, or say that it begins without: `quorate apply --adopt-data {stored.service}={NOBODY}`",
        stored.path,
    )


def nothing(stored: Stored, usual: Usual, data: DataDirectory, node: str) -> Finding:
    """Return an error: the node that was named has nothing to begin with."""
    return error(
        "data-not-there",
        f"{node}: {usual.directory} holds no data of {stored.service}"
        + ("" if data.place else ": there is no such directory"),
        f"a data directory has {usual.whole} in it",
        "name the node that has them, or leave --adopt-data out",
        stored.path,
    )


def of_operators(usual: Usual, data: DataDirectory) -> tuple[str, ...]:
    """Return the directories, or links to some, that no package makes. A server's inner ones begin with # or a dot."""
    names = (*data.directories, *(link for link in data.links if "/" not in link))
    return tuple(name for name in names if name not in usual.own | {"lost+found"} and not name.startswith(("#", ".")))


def undecided(stored: Stored, usual: Usual, here: dict[str, DataDirectory | None]) -> Iterator[Finding]:
    """Yield an error where nodes have data, and nobody has said whether the store is to begin with them."""
    yield from (unknown(stored, usual, node) for node, data in here.items() if data is None)
    found = {node: names for node, data in here.items() if data and (names := of_operators(usual, data))}
    if not found:
        return
    said = "; ".join(f"{node} has {listed(names)} in {usual.directory}" for node, names in found.items())
    options = " or ".join(f"`--adopt-data {stored.service}={node}`" for node in found)
    yield error(
        "data-elsewhere",
        f"{stored.service} would begin without data that are there already: {said}",
        "clients would find an empty server; only a person can say which data are the right ones",
        f"apply with {options}, and that node's data are copied into the store, its server stopped; or with "
        f"`--adopt-data {stored.service}={NOBODY}` to begin without. They stay where they are either way",
        stored.path,
    )


def listed(names: tuple[str, ...]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def unfit(stored: Stored, usual: Usual, data: DataDirectory, node: str) -> Iterator[Finding]:
    """Yield an error for each reason for which a node's data cannot be taken over as they are."""
    place = f"{node}: {usual.directory}"

    def no(code: str, summary: str, why: str, fix: str) -> Finding:
        return error(code, summary, why, fix, stored.path)

    mount, device = stored.store.mount.directory, stored.store.mount.device
    if any(one == other or one.startswith(f"{other}/") for one, other in pairs(data.place, mount, device)):
        yield no(
            "data-hidden",
            f"{place} and the store ({device} on {mount}) lie in each other",
            "a mount would hide the data, or the copy would be made into itself",
            "write another `mount`, or move one of them",
        )
    for name in (name for name in usual.foreign if data.has(name)):
        yield no(
            "data-foreign",
            f"{place} has {name}: {usual.foreign[name]}",
            "the store would begin with data that are old or cannot be served",
            f"make a dump there, begin with `--adopt-data {stored.service}={NOBODY}`, and load it",
        )
    if data.links:
        yield no(
            "data-linked",
            f"{place} has links to elsewhere: {listed(data.links)}",
            "the other nodes have not got what they lead to",
            "move what they lead to into the directory (with the server stopped), or load a dump instead",
        )


def unsettled(stored: Stored, usual: Usual, data: DataDirectory, node: str) -> Iterator[Finding]:
    """Yield an error where the files are being written to by what cannot be stopped here, or were left as they were."""
    place = f"{node}: {usual.directory}"
    for holder in (holder for holder in data.holders if holder.unit != usual.unit):
        yield error(
            "data-in-use",
            f"{place} is used by {holder.name} (process {holder.pid}), which is not {usual.unit}",
            "a copy of files that are being written to is torn",
            "end it in order, and apply again",
            stored.path,
        )
    left = tuple(name for name in usual.running if data.has(name))
    if left and not data.holders:
        yield error(
            "data-not-closed",
            f"{place} was not closed in order: {listed(left)} is there, and no server runs",
            "its last changes are only in its log; nobody should find out on another node whether that can be replayed",
            f"start the server there and stop it: `systemctl start {usual.unit}`, `systemctl stop {usual.unit}`; where "
            "apply has been before, without quorate's file in its settings",
            stored.path,
        )


def pairs(*paths: str) -> Iterator[tuple[str, str]]:
    """Yield the first path with each other one, both ways round."""
    first, *others = paths
    for other in others:
        yield first, other
        yield other, first


def too_large(stored: Stored, facts: Facts, data: DataDirectory, node: str) -> Iterator[Finding]:
    """Yield an error where the data do not fit. What is not known yet is looked at again before they are copied."""
    has = room_bytes(stored, facts, node)
    needs = int(data.size_bytes * ROOM)
    if has is not None and has < needs:
        yield error(
            "store-too-small",
            f"{stored.store.mount.device} has room for {has // MIB} MiB, and {node}'s data take {needs // MIB} MiB "
            "with a tenth to spare",
            "they would not fit",
            "give it a larger disk, or make room",
            stored.path,
        )


def room_bytes(stored: Stored, facts: Facts, name: str) -> int | None:
    """Return how much a store can hold; None where nobody knows before it is mounted, or a copy lies there already."""
    store = stored.store
    if not isinstance(store, Provided):
        sizes = [facts[node].device(store.disk).size_bytes for node in stored.nodes]
        return min(sizes) or None
    directory, here = store.mount.device, facts[name]
    begun = any(here.texts.get(f"{directory}/{file}") is not None for file in (FILLING, ADOPTED))
    space = None if begun else here.space.get(directory)
    return space[0].free_bytes if space else None
