"""A Provided store: a file system that is there already. Pure, but for a fresh word.

    1. mark      one node writes a word into a directory that all share
    2. same      the others read it: the same path is the same directory
    3. inside    one node mounts the file system for itself, makes what is missing, and unmounts it

Nothing is made but the service's own directory: no file system, and nothing outside of it.
"""

import secrets
from collections.abc import Iterator

from quorate.build.change import Change, WriteFile
from quorate.build.storage import scripts
from quorate.build.storage.filling import filling, source_node
from quorate.build.storage.look import MARKER, Facts, is_shared_directory
from quorate.build.storage.phases import TITLE, Phase, Stored, change, error
from quorate.build.want import Want
from quorate.catalog.storage import Provided
from quorate.findings import Finding
from quorate.machines.host import command


def is_managed(stored: Stored, facts: Facts) -> bool:
    """Tell whether Pacemaker's configuration has the file system, on any node."""
    return any(f"{stored.service}-filesystem" in node.managed for node in facts.values())


def findings(stored: Stored, store: Provided, facts: Facts) -> Iterator[Finding]:
    """Yield an error for each node without the directory that all should share."""
    lacking = [name for name in stored.nodes if store.mount.device not in facts[name].directories]
    if is_shared_directory(stored) and lacking:
        yield error(
            "shared-directory-missing",
            f"{', '.join(lacking)} has no directory {store.mount.device}",
            f"{stored.service} keeps its data there, wherever it runs",
            "mount the shared file system there at boot, or name the right directory",
            stored.path,
        )


def phases(stored: Stored, store: Provided, facts: Facts, want: Want, done: frozenset[str]) -> Iterator[Phase]:
    """Yield the phases that are still to be gone through. done: titles of those that this run ended."""
    if is_managed(stored, facts) or "inside" in done:
        return
    if is_shared_directory(stored) and len(stored.nodes) > 1:
        yield from sameness(stored, store, facts, done)
    purpose = f"preparing {store.mount.device}"
    fill = filling(stored, facts, want, make=False)
    run = scripts.script(scripts.SEED, "inside", purpose, *fill.arguments[1:])
    clean = [command("rm", "-f", "--", marker(store))] if is_shared_directory(stored) else []
    yield Phase("inside", (fill.change(source_node(stored, want) or stored.nodes[0], run, *clean),))


def marker(store: Provided) -> str:
    """Return the file by which nodes find out whether they share a directory."""
    return f"{store.mount.device}/{MARKER}"


def sameness(stored: Stored, store: Provided, facts: Facts, done: frozenset[str]) -> Iterator[Phase]:
    """Yield the phases that find out whether the nodes share the directory."""
    writer, *readers = stored.nodes
    word = facts[writer].texts.get(marker(store))
    if not word:
        word = secrets.token_hex(8)
        words = f"{stored.service}: mark {store.mount.device}, to see whether all nodes share it"
        yield Phase("mark", (Change(writer, TITLE, words, (WriteFile(marker(store), word.encode(), mode=0o600),)),))
    if "same" not in done:
        purpose = f"looking whether {store.mount.device} is the same as on {writer}"
        run = scripts.script(scripts.SAME_DIRECTORY, "same", purpose, marker(store), word)
        words = f"{stored.service}: look for the mark that {writer} made in {store.mount.device}"
        yield Phase("same", tuple(change(name, words, run) for name in readers))


def left(stored: Stored, store: Provided, facts: Facts) -> Iterator[str]:
    """Yield what is not as it has to be before Pacemaker starts, in words."""
    if is_shared_directory(stored) and facts[stored.nodes[0]].texts.get(marker(store)):
        yield f"{stored.nodes[0]}: {marker(store)} is still there"
