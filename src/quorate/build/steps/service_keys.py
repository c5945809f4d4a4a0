"""service_keys: a service's folders of Fernet keys are the same on every node that may run it.

Where no node has keys they are made here, from the kernel's random numbers, and never kept on this machine. A node
without keys gets the others'. Where nodes differ because a rotation was interrupted, or because somebody rotated on one
of them, it is clear which are the newer ones, and the others get those. Where one has keys that have nothing to do with
the others', those of most nodes count, if what is made with them lives for some hours only (KeyRepository.source).
Anything else is refused: whatever was made with keys that would go could be read by nobody any more.

A rotation (want.rotate_keys) begins only where all nodes have the same keys. Each node writes the new primary key
first: it has it already, as the staged one. Keys that have been of no use for long enough go last.
"""

import asyncio
import base64
import secrets
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from quorate.build.change import Change, Deed, Run, Thing, WriteFile, digest
from quorate.build.step import Fleet, Note, PlacedStates
from quorate.build.want import Want
from quorate.catalog.key_repository import KeyRepository, Keys, is_whole, leads_to, outlived
from quorate.catalog.service import Service
from quorate.errors import CommandFailed
from quorate.findings import Finding, Severity
from quorate.machines.fleet import on_all
from quorate.machines.host import Host, command
from quorate.observe.facts import key_folders
from quorate.observe.facts.key_folders import NO_KEYS, KeyFolder
from quorate.observe.gathering import gather_about

TITLE = "service keys"


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of one service, on all nodes that may run it.

    on: by node, what is there. source: the node whose keys are the ones to have, "" where there is none. contents: the
    keys of that node, by number; never printed.
    """

    service: str
    repository: KeyRepository
    on: Mapping[str, KeyFolder]
    source: str = ""
    contents: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    @property
    def keys(self) -> dict[str, Keys]:
        """The digests, by node."""
        return {node: folder.keys for node, folder in self.on.items()}

    @property
    def is_same(self) -> bool:
        """Whether all nodes have the same keys."""
        return len({tuple(sorted(keys.items())) for keys in self.keys.values()}) == 1

    @property
    def is_unclear(self) -> bool:
        """Whether nodes have keys, and which are right cannot be said."""
        return not self.source and any(self.keys.values())

    @property
    def strange(self) -> tuple[str, ...]:
        """The nodes whose keys have nothing to do with the right ones."""
        if not self.source:
            return ()
        return tuple(node for node, keys in self.keys.items() if not leads_to(keys, self.keys[self.source]))


async def look(fleet: Fleet, want: Want) -> tuple[Folder, ...]:
    """Look at every folder on every node, and read the keys of the node that has the right ones."""
    found: list[Folder] = []
    for name, service in want.cluster.services.items():
        hosts = {node: host for node, host in fleet.items() if name in want.services_on(node)}
        if hosts and isinstance(service, Service):
            found += await folders_of(name, service.key_repositories(), hosts)
    return tuple(found)


async def folders_of(service: str, repositories: Sequence[KeyRepository], hosts: Fleet) -> list[Folder]:
    """Look at one service's folders. hosts: of the nodes that may run it."""
    if not repositories:
        return []
    paths = [one.path for one in repositories]
    on = (await on_all(list(hosts.values()), lambda host: gather_about(host, key_folders, *paths))).all()
    found = []
    for one in repositories:
        here = {node: on[node].get(one.path, NO_KEYS) for node in hosts}
        source = one.source({node: folder.keys for node, folder in here.items()})
        contents = await read(hosts[source], one, here[source]) if source else {}
        found.append(Folder(service, one, here, source, contents))
    return found


async def read(host: Host, repository: KeyRepository, folder: KeyFolder) -> dict[int, bytes]:
    """Return a node's keys."""
    contents = await asyncio.gather(*(host.get(f"{repository.path}/{number}") for number in folder.keys))
    return {number: content for number, content in zip(folder.keys, contents, strict=True) if content}


def fresh() -> bytes:
    """Return a new key: 32 bytes, in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32))


def is_rotated(folder: Folder, want: Want) -> bool:
    """Tell whether its keys are to be replaced now: what nodes have in common already can be built upon."""
    asked = folder.service in want.rotate_keys and folder.repository.kept_s is not None
    return asked and folder.is_same and bool(folder.source) and is_whole(folder.keys[folder.source])


def wanted(folder: Folder, want: Want) -> dict[int, bytes]:
    """Return the keys that every node is to have, by number; those that were there, new ones, or one rotation on."""
    keys = dict(folder.contents) or {1: fresh()}
    if is_rotated(folder, want):
        for number in outlived(folder.keys[folder.source], ages(folder), folder.repository.kept_s or 0.0):
            del keys[number]
        return {**keys, max(keys) + 1: keys[0], 0: fresh()}
    if not folder.source or not is_whole(folder.keys[folder.source]):
        keys[0] = fresh()
    return keys


def ages(folder: Folder) -> dict[int, float]:
    """Return how long ago each key came to its number, in seconds: the median of the nodes', the lower of two.

    A node's clock may have been days behind when it wrote the key, and a copy that a node was given later is younger:
    one node that is wrong decides nothing, and of two the one that keeps the key longer is believed.
    """
    numbers = {number for one in folder.on.values() for number in one.keys}
    told = {
        number: sorted(one.ages_s.get(number, 0.0) for one in folder.on.values() if number in one.keys)
        for number in numbers
    }
    return {number: of_nodes[(len(of_nodes) - 1) // 2] for number, of_nodes in told.items()}


def changes(facts: tuple[Folder, ...], want: Want) -> Iterator[Change | Finding]:
    """Yield what each node's folders lack; an error where nodes have keys that have nothing to do with each other."""
    for folder in facts:
        if folder.is_unclear:
            yield keys_differ(folder)
            continue
        keys = wanted(folder, want)
        for node in folder.on:
            if actions := tuple(acts(folder, node, keys)):
                had = bool(folder.keys[node])
                thing = Thing("key folder", folder.repository.path)
                deed = Deed.CHANGED if had else Deed.CREATED
                yield Change(node, TITLE, words(folder, node, want), actions, things=((thing, deed),))


def words(folder: Folder, node: str, want: Want) -> str:
    """Say what becomes of a node's keys."""
    what, had = f"{folder.repository.words} of {folder.service}", folder.keys[node]
    if is_rotated(folder, want):
        return f"rotate the {what}: the staged key becomes primary, a new one is staged"
    if not had:
        return f"give it the {what}" if folder.source else f"make the {what}"
    if node in folder.strange:
        return f"give it the {what} that most nodes have; they refuse already what it made with its own"
    if had != folder.keys[folder.source]:
        return f"give it the newer {what}, as {folder.source} has them"
    return f"close the {what} to others" if is_whole(had) else f"stage a new key among the {what}"


def acts(folder: Folder, node: str, keys: Mapping[int, bytes]) -> Iterator[Run | WriteFile]:
    """Yield what brings a node to these keys, in the order in which it may be interrupted: the new primary first.

    Keystone opens every file of the folder for each token, whatever it is called, and answers 500 where it may not read
    one (22.0.2): so new keys are written beside the folder and moved into it.
    """
    there, one = folder.on[node], folder.repository
    lacking = [number for number in sorted(keys, reverse=True) if there.keys.get(number) != digest(keys[number])]
    gone = sorted(there.keys.keys() - keys.keys())
    if there.owners == {f"{one.owner}:700", f"{one.owner}:600"} and not lacking and not gone:
        return
    yield Run(command("install", "-d", "-m", "0700", "-o", one.owner, "-g", one.owner, one.path))
    if lacking:
        beside = f"{one.path}.new"
        yield Run(command("rm", "-rf", beside))
        yield Run(command("install", "-d", "-m", "0700", beside))
        for number in lacking:
            yield WriteFile(f"{beside}/{number}", keys[number], 0o600, one.owner, one.owner, secret=True)
        # mv renames one after the other, in this order.
        moved = command("mv", "-f", *(f"{beside}/{number}" for number in lacking), f"{one.path}/")
        yield Run(command("sh", "-c", f"{moved} && rmdir {shlex.quote(beside)}"))
    if gone:
        yield Run(command("rm", "-f", *(f"{one.path}/{number}" for number in gone)))
    kept = [f"{one.path}/{number}" for number in sorted(keys)]
    yield Run(command("chown", f"{one.owner}:{one.owner}", *kept))
    yield Run(command("chmod", "0600", *kept))


def keys_differ(folder: Folder) -> Finding:
    """Return the error for keys that have nothing to do with each other; they are told apart by their digests."""
    what = f"{folder.repository.words} of {folder.service}"
    primaries = ", ".join(f"{node} {keys[max(keys)][:12]}" for node, keys in folder.keys.items() if keys)
    fix = f"remove {folder.repository.path} on the nodes whose keys are wrong: apply gives them the others'"
    if folder.source:
        who, most = ", ".join(folder.strange), [node for node in folder.on if node not in folder.strange]
        fix = f"quorate apply FILE gives {who} the keys of {', '.join(most)}; nothing has to be restarted"
    return Finding(
        "service-keys-differ",
        Severity.ERROR,
        f"the nodes have different {what} (primary: {primaries})",
        "what one node makes the others cannot read; keys that are replaced make what was made with them worthless",
        fix,
        path=("services", folder.service),
    )


def things(facts: tuple[Folder, ...], want: Want) -> PlacedStates:  # noqa: ARG001 - the protocol of a step
    """Return each folder on each node, as one digest."""
    return {
        (node, Thing("key folder", folder.repository.path)): digest(repr(sorted(keys.items())).encode()) if keys else ""
        for folder in facts
        for node, keys in folder.keys.items()
    }


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when every node has the same keys."""
    facts = await look(fleet, want)
    left = [one for one in changes(facts, replace(want, rotate_keys=frozenset())) if isinstance(one, Change)]
    if left:
        names = ", ".join(dict.fromkeys(change.host for change in left))
        raise CommandFailed(f"the service keys are still not right on {names}", "apply again: is the disk writable?")
    for folder in facts:
        note(f"{folder.repository.words} of {folder.service}: the same on {len(folder.on)} nodes")
