"""Step: the protocol that every file in steps/ keeps.

A host step looks at one host and says, purely, what has to change there. It is verified by asking again: a step that
ran and still yields changes has failed. A cluster step looks at all hosts together, because what it wants is a
property of the whole (membership, the CIB), and says itself how to wait for it.

The quorum device's host is no node. It goes through the stages' witness steps, which are host steps; a cluster step
that needs it finds it in want.witness.

Host step modules define     TITLE, look(host, want) -> facts, changes(facts, want, name) -> Change | Finding ...
Cluster step modules define  TITLE, look(fleet, want) -> facts, changes(facts, want) -> Change | Finding ...,
                             settled(fleet, want, note): returns when the state holds, else raises.

Either may define things(facts, want, name), or things(facts, want): what it looks after, and in which state that is, a
digest or a word, "" where it is not there. A plan lists what it leaves alone by it, and is only good for that state.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from quorate.build.change import Change, Thing
from quorate.build.want import Want
from quorate.errors import HostUnreachable, Unknown
from quorate.findings import Finding
from quorate.machines.host import Host

T = TypeVar("T")

Fleet = Mapping[str, Host]
Note = Callable[[str], None]  # takes one line for the person who watches


States = Mapping[Thing, str]
"""Of a host step: what it looks after there, and its state."""

PlacedStates = Mapping[tuple[str, Thing], str]
"""Of a cluster step: the same, by host; the host "" is the cluster itself."""


class HostStep(Protocol):
    """A step that concerns each host by itself."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - modules keep this protocol, and theirs is a constant
        """What it is called in plans."""

    @property
    def look(self) -> Callable[[Host, Want], Awaitable[Any]]:
        """Return the facts of one host."""

    @property
    def changes(self) -> Callable[[Any, Want, str], Iterator[Change | Finding]]:
        """Say, purely, what has to change on the host of that name."""


class ClusterStep(Protocol):
    """A step that concerns the cluster as a whole."""

    @property
    def TITLE(self) -> str:  # noqa: N802
        """What it is called in plans."""

    @property
    def look(self) -> Callable[[Fleet, Want], Awaitable[Any]]:
        """Return the facts of all hosts."""

    @property
    def changes(self) -> Callable[[Any, Want], Iterator[Change | Finding]]:
        """Say, purely, what has to change."""

    @property
    def settled(self) -> Callable[[Fleet, Want, Note], Awaitable[None]]:
        """Return when the state holds on every node."""


def everybody(fleet: Fleet, want: Want) -> Fleet:
    """Return the nodes and, after them, the quorum device's host if there is one."""
    return {**fleet, want.witness.name: want.witness} if want.witness else fleet


async def answer(question: Awaitable[T]) -> T | None:
    """Return what a fact says, None where nobody can say (errors.Unknown) or the host is away for the moment."""
    try:
        return await question
    except (Unknown, HostUnreachable):
        return None
