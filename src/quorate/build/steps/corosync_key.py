"""corosync_key: one key per cluster, identical on every node, mode 0400, and nowhere else.

The key that a node already has is the cluster's, and the others get it. Where no node has one it is made here from
the kernel's random numbers (the documents' corosync-keygen starved of entropy; that needs no waiting today), and it
is never kept on this machine. Different keys on different nodes are refused: one of them may be in use.

A key that replaces another is announced by a mark beside it, with the new key's digest: first the mark, then the key,
then one reload for all nodes (step membership), then the mark goes. Corosync of 3.1 knows both keys while the reload
goes through the nodes. Killed in between, the marks say which of two keys is the new one.
"""

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quorate.build.change import Change, Deed, Effect, Run, Thing, WriteFile, digest
from quorate.build.secrets import to_bytes
from quorate.build.step import Fleet, Note, PlacedStates
from quorate.build.want import Want
from quorate.errors import CommandFailed
from quorate.findings import Finding, Severity
from quorate.machines.host import command
from quorate.observe.facts import file_state
from quorate.observe.gathering import gather_about

TITLE = "key"
PATH = "/etc/corosync/authkey"
FILE = Thing("file", PATH)
REPLACED = f"{PATH}.replaced-not-loaded"  # is there from before the key is written until Corosync was reloaded
LENGTH = 256  # bytes; corosync-keygen(8) makes 256, 128 is the least


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Each node's key (None: absent) and whether its file is closed to others. Never printed.

    announced: by node, the short digest of the key that is to replace, or has replaced, another and may not be loaded.
    """

    content: Mapping[str, bytes | None]
    closed: Mapping[str, bool]
    announced: Mapping[str, str] = field(default_factory=dict)


async def look(fleet: Fleet, want: Want) -> Keys:  # noqa: ARG001 - the protocol of a step
    """Read every node's key."""
    contents = await asyncio.gather(*(host.get(PATH) for host in fleet.values()))
    marks = await asyncio.gather(*(host.get(REPLACED) for host in fleet.values()))
    states = await asyncio.gather(*(gather_about(host, file_state, PATH) for host in fleet.values()))
    closed = {name: state[PATH].mode == 0o400 for name, state in zip(fleet, states, strict=True)}
    words = {name: found.decode(errors="replace").split() for name, found in zip(fleet, marks, strict=True) if found}
    return Keys(
        dict(zip(fleet, contents, strict=True)), closed, {name: said[0] for name, said in words.items() if said}
    )


def short(key: bytes) -> str:
    """Return by which digits of its digest a key is called."""
    return digest(key)[:12]


def mark(key: bytes) -> WriteFile:
    """Return the mark that announces a key."""
    words = f"{short(key)} is the new key; Corosync may still run with the one before. quorate apply has it loaded.\n"
    return WriteFile(REPLACED, words.encode())


def announced(facts: Keys) -> bytes | None:
    """Return the key that a rotation had begun to spread before it was interrupted; None where there is none."""
    names = set(facts.announced.values())
    found = {content for content in facts.content.values() if content is not None and short(content) in names}
    return found.pop() if len(found) == 1 else None


def changes(facts: Keys, want: Want) -> Iterator[Change | Finding]:
    """Yield the key for every node that lacks it, has another, or keeps it open."""
    given = want.cluster.corosync.key
    present = {content for content in facts.content.values() if content is not None}
    begun = announced(facts)
    if given is None and len(present) > 1 and begun is None:
        yield keys_differ(facts)
        return
    rotated = given is None and want.rotate_key and bool(present) and begun is None
    if given:
        key = to_bytes(want.secret(given))
    elif rotated or not present:
        key = secrets.token_bytes(LENGTH)
    else:
        key = begun or next(iter(present))
    source = "the file's" if given else "a new one"
    for name, content in facts.content.items():
        write = WriteFile(PATH, key, mode=0o400, secret=True)
        if content is None:
            words = "give it the cluster's key" if present or given else "make the cluster's key"
            yield Change(name, TITLE, words, (write,), things=((FILE, Deed.CREATED),))
        elif content != key:
            words = f"replace its key by {source}, for corosync to reload"
            yield Change(name, TITLE, words, (mark(key), write), Effect.RELOAD, things=((FILE, Deed.CHANGED),))
        elif not facts.closed[name]:
            close = (Run(command("chmod", "0400", PATH)),)
            yield Change(name, TITLE, f"close {PATH} to everybody but root", close, things=((FILE, Deed.CHANGED),))


def keys_differ(facts: Keys) -> Finding:
    """Return the error for keys of which nobody can say which is in use."""
    digests = ", ".join(f"{name} {short(content)}" for name, content in facts.content.items() if content)
    return Finding(
        "keys-differ",
        Severity.ERROR,
        f"the nodes have different Corosync keys ({digests})",
        "nodes with different keys do not hear each other; replacing the one in use would split the cluster",
        f"copy {PATH} of the node that runs the cluster to the others, or remove it everywhere",
    )


def things(facts: Keys, want: Want) -> PlacedStates:  # noqa: ARG001 - the protocol of a step
    """Return the key of each node, as a digest."""
    return {(name, FILE): digest(content) for name, content in facts.content.items()}


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when the key is identical and closed on every node."""
    left = [change for change in changes(await look(fleet, want), want) if isinstance(change, Change)]
    if left:
        names = ", ".join(change.host for change in left)
        raise CommandFailed(f"the key is still not right on {names}", f"look at {PATH} there: is the disk writable?")
    note(f"key identical on {len(fleet)} nodes, mode 0400")
