"""Change: one thing that quorate would do on one host, in words and as actions. Values only, pure.

A step yields changes; a plan is the list of them; apply runs their actions. Nothing in here touches a machine.
"""

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quorate.machines.host import Command
from quorate.observe.facts.file_state import File


class Effect(StrEnum):
    """What a change needs to take effect, mildest first. What services make of it, consequences.py says.

    RELOAD: of a daemon or resource, which goes on serving. START: of what does not run. RESTART: of a resource, with
    all that depends on it. RESTART_DAEMON: of Corosync, Pacemaker or another daemon of the cluster on that host.
    RESTART_NODE: the host itself goes down and comes back.
    """

    NOTHING = "nothing"
    RELOAD = "reload"
    START = "start"
    RESTART = "restart"
    RESTART_DAEMON = "daemon restart"
    RESTART_NODE = "node restart"


class Deed(StrEnum):
    """What becomes of a thing on a host or in the cluster."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """Something that quorate looks after. kind: the word for it ("file", "package", "unit", "resource" ...).

    name: a path, a package's or unit's name, an id in the CIB.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Put `content` at `path`. secret: neither the content nor its difference is shown anywhere.

    make_parents: directories above it are made where they are missing (mode 755); else that is an error.
    marked: the content with marks in the places of made secrets (catalog/made.py); None where none is in it.
    """

    path: str
    content: bytes
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    secret: bool = False
    make_parents: bool = False
    marked: bytes | None = None

    def is_done(self, file: File) -> bool:
        """Say whether the file on the host already is what this action would make it."""
        owned = (file.mode, file.owner, file.group) == (self.mode, self.owner, self.group)
        return owned and self.is_content_of(file)

    def is_content_of(self, file: File) -> bool:
        """Say whether the file on the host has this content, whoever owns it."""
        return file.sha256 == digest(self.content)


@dataclass(frozen=True, slots=True)
class Run:
    """Run a command that must end with status 0 within `timeout_s`."""

    command: Command
    timeout_s: float = 60


Action = WriteFile | Run


@dataclass(frozen=True, slots=True)
class Change:
    """One change. words: for people, begins with a verb. difference: unified diff of a text file, if it has one.

    things: what becomes of each thing that it touches. empties: resources are moved off the host before (standby), and
    may come back to it afterwards. reads: (service, primitive) whose server goes on with what it read before, until the
    effect is there; it is none where that is not running on the host.
    """

    host: str
    step: str
    words: str
    actions: tuple[Action, ...]
    effect: Effect = Effect.NOTHING
    difference: str = ""
    things: tuple[tuple[Thing, Deed], ...] = ()
    empties: bool = False
    reads: tuple[str, str] | None = None


def difference(path: str, old: bytes | None, new: bytes) -> str:
    """Return a unified diff of two versions of a text file; empty when `old` is absent (all of it would be new)."""
    if old is None:
        return ""
    before = old.decode(errors="replace").splitlines(keepends=True)
    after = new.decode(errors="replace").splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, path, path, n=1))


def digest(content: bytes | None) -> str:
    """Return the SHA-256 of a content, hexadecimal; "" where there is none."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def heaviest(changes: Sequence[Change]) -> Effect:
    """Return the strongest effect among `changes`; NOTHING for none."""
    order = list(Effect)
    return max((change.effect for change in changes), key=order.index, default=Effect.NOTHING)
