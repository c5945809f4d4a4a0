"""Filling: what goes into a store, by which script, in words. Values only, pure.

A new store begins with what the service itself makes, or with the data that a node has already (adopt.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quorate.build.change import Change, Effect, Run
from quorate.build.storage import scripts
from quorate.build.storage.look import Facts
from quorate.build.storage.phases import TITLE, Stored
from quorate.build.want import NOBODY, Want
from quorate.catalog.storage import Usual
from quorate.machines.host import Command

FILL_TIMEOUT_S = 900
COPY_BYTES_S = 5_000_000  # read, written, and read twice again; no disk that a database is put on is slower


@dataclass(frozen=True, slots=True)
class Filling:
    """arguments: the script SEED, and its own. effect: on what runs now."""

    arguments: tuple[str, ...]
    words: str
    timeout_s: float
    effect: Effect

    def change(self, host: str, run: Command, *then: Command, first: str = "") -> Change:
        """Return the change that does it on `host`, by `run`. first: what is made before, in words."""
        words = self.words.replace(": ", f": {first}; ", 1) if first else self.words
        return Change(host, TITLE, words, tuple(Run(command, self.timeout_s) for command in (run, *then)), self.effect)


def source(stored: Stored, want: Want) -> tuple[str, Usual] | None:
    """Return the node whose data the store begins with, and where they lie there; None where it begins without."""
    node = want.adopt.get(stored.service, NOBODY)
    if node == NOBODY or stored.seed is None or stored.seed.usual is None:
        return None
    return node, stored.seed.usual


def source_node(stored: Stored, want: Want) -> str | None:
    """Return the node whose data the store begins with: only there can it be filled."""
    found = source(stored, want)
    return found[0] if found else None


def filling(stored: Stored, facts: Facts, want: Want, *, make: bool) -> Filling:
    """Return how the store is filled. make: a file system is made where there is none."""
    adopted = source(stored, want)
    timeout_s: float = FILL_TIMEOUT_S
    if adopted and (data := facts[adopted[0]].data.get(adopted[1].directory)):
        timeout_s += data.size_bytes / COPY_BYTES_S
    words = f"{stored.service}: look into {stored.store.mount.device}; " + ", ".join(_words(stored, adopted, make=make))
    effect = Effect.RESTART if adopted else Effect.NOTHING
    return Filling(tuple(_arguments(stored, adopted, make=make)), words, timeout_s, effect)


def _arguments(stored: Stored, adopted: tuple[str, Usual] | None, *, make: bool) -> Iterator[str]:
    mount, seed = stored.store.mount, stored.seed
    yield from (scripts.SEED, mount.device, mount.type, mount.options, mount.directory, "make" if make else "")
    yield scripts.ADOPT if adopted else scripts.FILL
    if seed is None:
        yield from ("", "", "", "", "")
        return
    if not seed.directory.startswith(f"{mount.directory}/"):
        raise ValueError(f"the seed's directory {seed.directory} is not below {mount.directory}")
    yield from (seed.directory, seed.owner, seed.group, f"{seed.mode:o}", seed.filled)
    if adopted:
        node, usual = adopted
        yield from (usual.directory, f"{node}:{usual.directory}", usual.unit, *usual.running)
    else:
        yield from seed.fill


def _words(stored: Stored, adopted: tuple[str, Usual] | None, *, make: bool) -> Iterator[str]:
    mount, seed = stored.store.mount, stored.seed
    if make:
        yield f"make its file system ({mount.type}) if it has none"
    if seed and adopted:
        usual = adopted[1]
        yield f"if {seed.directory} is empty stop {usual.unit}, copy {usual.directory} there and compare checksums"
        yield f"{usual.directory} stays as it is"
    elif seed:
        yield f"make {seed.directory} if it is not there"
        if seed.fill:
            yield f"fill it ({seed.fill[0]})"
