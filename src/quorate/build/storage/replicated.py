"""A Replicated store: a disk in each of two nodes, DRBD between them, a file system on that. Pure but for a secret.

    1. files       the resource's file on both nodes, with one secret
    2. metadata    on disks that are proven empty; what has metadata keeps it
    3. connect     both up, and speaking with each other
    4. first       one side's content becomes the data, and only when neither side ever had any
    5. inside      on one node: promoted, a file system where there is none, filled once, unmounted, demoted
    6. rest        a short first synchronisation is waited for; then down on both, for Pacemaker brings it up

Once Pacemaker's configuration has the resource, 1 and 2 are all that is done: a replaced node gets its file and its
metadata, and DRBD brings it up to date.
"""

import secrets
from collections.abc import Iterator

from quorate.build.change import Action, Change, Effect, Run, WriteFile
from quorate.build.storage import scripts
from quorate.build.storage.filling import filling, source_node
from quorate.build.storage.look import Facts, NodeStorage
from quorate.build.storage.phases import TITLE, Phase, Stored, change, error
from quorate.build.want import Want
from quorate.catalog.storage import Replicated
from quorate.findings import Finding, Severity
from quorate.machines.host import command
from quorate.observe.facts.drbd_status import DrbdDevice
from quorate.render import drbd

SECRET_BYTES = 24
SYNC_WAIT_S = 600  # a longer first synchronisation goes on under Pacemaker
MIB = 1 << 20


def is_managed(stored: Stored, facts: Facts) -> bool:
    """Tell whether Pacemaker's configuration has the resource, on any node."""
    return any(f"{stored.service}-drbd" in node.managed for node in facts.values())


def has_metadata(store: Replicated, node: NodeStorage) -> bool:
    """Tell whether DRBD's metadata is on a node's disk."""
    return node.device(store.disk).signature("drbd") is not None


def up(store: Replicated, node: NodeStorage) -> DrbdDevice | None:
    """Return the device as a node sees it, None while it is down."""
    return node.drbd.device(store.minor) if node.drbd else None


def gives_up(store: Replicated, want: Want, name: str) -> bool:
    """Tell whether the operator gives up what is on a node's disk."""
    return f"{name}:{store.disk}" in want.overwrite


# ---- what forbids it


def findings(stored: Stored, store: Replicated, facts: Facts, want: Want) -> Iterator[Finding]:
    """Yield what forbids to go on, and what one should know."""
    here = {name: facts[name] for name in stored.nodes}
    for name, node in here.items():
        yield from disk_findings(stored, store, node, want, name)
        yield from file_findings(stored, store, node, name)
    yield from moved(stored, store, here, want)
    yield from size_findings(stored, store, here)
    yield from state_findings(stored, store, here)


def disk_findings(stored: Stored, store: Replicated, node: NodeStorage, want: Want, name: str) -> Iterator[Finding]:
    """Yield what is wrong with one node's disk."""
    disk = node.device(store.disk)
    if not disk.is_block:
        kind = "no" if disk.kind == "missing" else "no block device called"
        yield error(
            "disk-missing",
            f"{name} has {kind} {store.disk}",
            f"{stored.service} keeps its data there",
            "attach it, or write its right path; one below /dev/disk/by-id does not change from boot to boot",
            stored.path,
        )
        return
    strangers = [user for user in disk.users if user != store.mount.device]
    if strangers or disk.mounted_on:
        by = ", ".join((*strangers, *(f"a mount on {place}" for place in disk.mounted_on)))
        yield error(
            "disk-in-use",
            f"{name}: {store.disk} is used by {by}",
            "it would become DRBD's, and all of it",
            "name another disk, or free this one first",
            stored.path,
        )
    elif not has_metadata(store, node) and not disk.is_empty and not gives_up(store, want, name):
        yield error(
            "disk-not-empty",
            f"{name}: {store.disk} is not empty: it holds {disk.content}",
            "making it DRBD's would destroy that",
            f"name another disk; or, if nobody needs it, `quorate apply --overwrite-data {name}:{store.disk}`",
            stored.path,
        )
    kept = [s.type for s in disk.signatures if s.type not in {"drbd", store.mount.type}]
    if has_metadata(store, node) and kept:
        yield error(
            "file-system-differs",
            f"{name}: {store.disk} is DRBD's and holds {', '.join(kept)}, not {store.mount.type}",
            "what is there is kept, and cannot be mounted as the file says",
            f"write `filesystem: {kept[0]}`, or name another disk",
            stored.path,
        )


def file_findings(stored: Stored, store: Replicated, node: NodeStorage, name: str) -> Iterator[Finding]:
    """Yield an error where somebody else wrote a resource of that name."""
    path = drbd.path(store.name)
    text = node.texts.get(path)
    if text is not None and not drbd.is_ours(text):
        yield error(
            "drbd-resource-foreign",
            f"{name}: {path} is there, and quorate did not write it",
            "its disk and its peer may be others, and data may lie there",
            "rename the service, or move that file away once nothing needs it",
            stored.path,
        )


def moved(stored: Stored, store: Replicated, here: dict[str, NodeStorage], want: Want) -> Iterator[Finding]:
    """Yield an error where a resource that Pacemaker has would get another disk, device or address."""
    path = drbd.path(store.name)
    new = drbd.places(resource_text(store, here, want, ""))
    for name, node in here.items():
        text = node.texts.get(path)
        if is_managed(stored, here) and text and drbd.is_ours(text) and drbd.places(text) != new:
            old = [place for place in drbd.places(text) if place not in new]
            yield error(
                "drbd-place-changed",
                f"{name}: {stored.service}'s data lies elsewhere than the file says ({' '.join(old) or path})",
                "DRBD would be given another disk or peer while it is in use",
                f"write it in the file as it is; or stop {stored.service} and move its data by hand (drbdadm(8))",
                stored.path,
            )
            return


def size_findings(stored: Stored, store: Replicated, here: dict[str, NodeStorage]) -> Iterator[Finding]:
    """Yield a warning for disks of different sizes, an error where data would not fit."""
    sizes = {name: node.device(store.disk).size_bytes for name, node in here.items()}
    if 0 in sizes.values() or len(set(sizes.values())) == 1:
        return
    small, large = sorted(sizes, key=lambda name: sizes[name])
    said = ", ".join(f"{name} {size // MIB} MiB" for name, size in sizes.items())
    if has_metadata(store, here[large]) and not has_metadata(store, here[small]):
        yield error(
            "disk-too-small",
            f"{store.disk} differs in size ({said}), and {large}, which has data, has the larger one",
            "DRBD takes the smaller of both; the data of the larger may not fit",
            f"give {small} a disk of {sizes[large] // MIB} MiB at least",
            stored.path,
        )
    elif not has_metadata(store, here[small]):
        yield Finding(
            "disk-sizes-differ",
            Severity.WARNING,
            f"{store.disk} differs in size ({said}); {sizes[small] // MIB} MiB can be used",
            "DRBD takes the smaller of both",
            "use disks of one size",
            path=stored.path,
        )


def state_findings(stored: Stored, store: Replicated, here: dict[str, NodeStorage]) -> Iterator[Finding]:
    """Yield an error where a device is somebody's already, or where no side is known to be good."""
    managed = is_managed(stored, here)
    with_data = [name for name, node in here.items() if has_metadata(store, node)]
    if managed and not with_data:
        yield error(
            "store-lost",
            f"the cluster has {stored.service}'s storage, and no node has anything on {store.disk}",
            "an empty store would take the place of data that is lost, or elsewhere",
            f"bring the disks back; or remove {stored.service} from the cluster, and apply again to begin anew",
            stored.path,
        )
    for name, node in here.items():
        mounted = node.device(store.mount.device).mounted_on
        if mounted and not managed:
            yield error(
                "store-in-use",
                f"{name} has {store.mount.device} mounted on {', '.join(mounted)}, and not by Pacemaker",
                "somebody works with that data",
                "end what uses it, unmount it, and apply again: then Pacemaker takes it over",
                stored.path,
            )
    if not managed and no_good_side(store, here):
        yield error(
            "drbd-no-good-side",
            f"neither node's copy of {stored.service}'s data is complete, and at least one was written to",
            "making either the first would declare a torn copy to be the data",
            f"decide which to keep, and run `drbdadm primary --force {store.name}` there; or wipe both disks",
            stored.path,
        )


def no_good_side(store: Replicated, here: dict[str, NodeStorage]) -> bool:
    """Tell whether both disks are inconsistent though they were written to: a synchronisation broke off for good."""
    seen = [up(store, node) for node in here.values()]
    torn = all(device is not None and device.disk == "Inconsistent" for device in seen)
    return torn and not all_fresh(store, here)


def all_fresh(store: Replicated, here: dict[str, NodeStorage]) -> bool:
    """Tell whether nobody ever wrote to either side."""
    generations = [node.generations.get(store.name) for node in here.values()]
    return all(generation is not None and generation.is_fresh for generation in generations)


# ---- what is to be done


def phases(stored: Stored, store: Replicated, facts: Facts, want: Want, done: frozenset[str]) -> Iterator[Phase]:
    """Yield the phases that are still to be gone through, in order. done: titles of those that this run ended."""
    here = {name: facts[name] for name in stored.nodes}
    new_files = tuple(files(stored, store, here, want))
    if new_files:
        yield Phase("files", new_files)
    bare = [name for name, node in here.items() if not has_metadata(store, node)]
    if bare:
        yield Phase("metadata", tuple(metadata(stored, store, want, name) for name in bare))
    if is_managed(stored, facts):
        return
    seen = {name: up(store, node) for name, node in here.items()}
    if "inside" not in done:
        apart = [name for name, device in seen.items() if device is None or not device.is_connected]
        if apart:
            yield Phase("connect", tuple(connect(stored, store, name) for name in apart))
        copier = source_node(stored, want)
        yield from first(stored, store, here, copier or stored.nodes[0], fresh=len(bare) == 2)
        yield Phase("inside", (inside(stored, store, copier or leader(stored, seen), facts, want),))
    if "inside" not in done or any(device is not None for device in seen.values()):
        yield Phase("rest", tuple(rest(stored, store, here, name) for name in stored.nodes))


def files(stored: Stored, store: Replicated, here: dict[str, NodeStorage], want: Want) -> Iterator[Change]:
    """Yield the resource's file where it differs. Its secret is the one that a node already has, or a new one."""
    path = drbd.path(store.name)
    known = [drbd.secret_of(text) for node in here.values() if (text := node.texts.get(path))]
    secret = next((one for one in known if one), None) or secrets.token_hex(SECRET_BYTES)
    text = resource_text(store, here, want, secret)
    for name, node in here.items():
        if node.texts.get(path) != text:
            yield file_change(stored, store, name, text, running=up(store, node) is not None)


def resource_text(store: Replicated, here: dict[str, NodeStorage], want: Want, secret: str) -> str:
    """Return the resource's file, for the module that the nodes have."""
    generation = max((n.drbd_module.generation for n in here.values() if n.drbd_module), default=8)
    ends = drbd.ends(store, [want.node(name) for name in here], {name: node.hostname for name, node in here.items()})
    return drbd.resource_file(store, ends, secret, generation=generation, fenced=want.cluster.fencing.enabled)


def file_change(stored: Stored, store: Replicated, name: str, text: str, *, running: bool) -> Change:
    """Return the change that tests and writes the file, and lets a device that is up take the new settings."""
    path = drbd.path(store.name)
    trial = f"{path}.trial"  # drbdadm reads *.res only
    test = scripts.script(scripts.TEST_FILE, "test", f"the test of the new {path} (drbdadm dump)", trial, store.name)
    actions: list[Action] = [WriteFile(trial, text.encode(), mode=0o600, secret=True), Run(test)]
    actions.append(WriteFile(path, text.encode(), mode=0o600, secret=True))
    if running:
        actions.append(Run(command("drbdadm", "adjust", store.name)))
    effect = Effect.RELOAD if running else Effect.NOTHING
    return Change(name, TITLE, f"{stored.service}: write {path}", tuple(actions), effect)


def metadata(stored: Stored, store: Replicated, want: Want, name: str) -> Change:
    """Return the change that makes DRBD's metadata on a node's empty disk."""
    overwrite = "overwrite" if gives_up(store, want, name) else ""
    words = f"{stored.service}: make {store.disk} a disk of DRBD's" + (
        ", destroying what it holds" if overwrite else ""
    )
    purpose = f"making DRBD's metadata on {store.disk}"
    run = scripts.script(scripts.CREATE_METADATA, "metadata", purpose, store.disk, store.name, overwrite)
    return change(name, words, run, timeout_s=600)


def connect(stored: Stored, store: Replicated, name: str) -> Change:
    """Return the change that brings the device up and finds the peer."""
    run = scripts.script(scripts.CONNECT, "connect", f"connecting {store.name} (drbdadm adjust)", store.name)
    return change(name, f"{stored.service}: bring {store.mount.device} up", run)


def first(
    stored: Stored, store: Replicated, here: dict[str, NodeStorage], name: str, *, fresh: bool
) -> Iterator[Phase]:
    """Yield the one phase that makes node `name`'s content the data, where neither side has any.

    fresh: both disks are without metadata yet, so both will be.
    """
    seen = [up(store, node) for node in here.values()]
    undecided = all(device is None or device.disk == "Inconsistent" for device in seen)
    if fresh or (undecided and all_fresh(store, here)):
        (other,) = (one for one in stored.nodes if one != name)
        words = f"{stored.service}: start the first synchronisation, from {name} to {other}"
        purpose = f"making {name}'s side of {store.name} the first (drbdadm primary --force)"
        yield Phase("first", (change(name, words, scripts.script(scripts.MAKE_FIRST, "first", purpose, store.name)),))


def leader(stored: Stored, seen: dict[str, DrbdDevice | None]) -> str:
    """Return the node to look inside on: the first of those that have all data."""
    whole = [name for name, device in seen.items() if device is not None and device.disk == "UpToDate"]
    return whole[0] if whole else stored.nodes[0]


def inside(stored: Stored, store: Replicated, name: str, facts: Facts, want: Want) -> Change:
    """Return the change that makes what the service needs inside. DRBD lets a node read at its peer what it lacks."""
    purpose = f"preparing the file system on {store.mount.device}"
    fill = filling(stored, facts, want, make=True)
    return fill.change(name, scripts.script(scripts.INSIDE_REPLICATED, "inside", purpose, store.name, *fill.arguments))


def rest(stored: Stored, store: Replicated, here: dict[str, NodeStorage], name: str) -> Change:
    """Return the change that takes the device down, after a first synchronisation that is worth waiting for."""
    wait_s = sync_s(store, here)
    short = wait_s <= SYNC_WAIT_S
    words = f"{stored.service}: take {store.mount.device} down again, for Pacemaker to start"
    if not short:
        words += f"; its synchronisation takes {wait_s // 60} minutes and goes on then"
    purpose = f"taking {store.name} down"
    limit_s = SYNC_WAIT_S if short else 0
    run = scripts.script(scripts.REST, "rest", purpose, store.name, str(limit_s))
    return change(name, words, run, timeout_s=SYNC_WAIT_S + 60)


def sync_s(store: Replicated, here: dict[str, NodeStorage]) -> int:
    """Return how long a synchronisation takes at the rate of the file: of what differs, or of a new disk's all."""
    seen = [device for node in here.values() if (device := up(store, node))]
    differs = max((device.out_of_sync_bytes for device in seen), default=None)
    if differs is None:
        differs = max(node.device(store.disk).size_bytes for node in here.values())
    return differs // MIB // store.resync_mib_s


def left(stored: Stored, store: Replicated, facts: Facts, want: Want) -> Iterator[str]:
    """Yield what is not as it has to be before Pacemaker starts, in words."""
    here = {name: facts[name] for name in stored.nodes}
    yield from (f"{one.host}: {one.words}" for one in files(stored, store, here, want))
    for name, node in here.items():
        if not has_metadata(store, node):
            yield f"{name}: {store.disk} has no metadata of DRBD's"
        if not is_managed(stored, facts) and up(store, node):
            yield f"{name}: {store.mount.device} is still up"
