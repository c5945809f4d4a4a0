"""cib_ahead: the configuration is written before a node joins that the cluster does not know.

When it joins, its fencing device is there, and so are the constraints that keep services off it; nothing that runs has
a reason to move, and nothing starts on it that the file does not want there. The node's own entry is not written: one
that is in the CIB and was never seen is fenced (startup-fencing); Pacemaker makes it when Corosync has the node. What
belongs to it (node attributes) is written afterwards, by the step cib.
"""

from collections.abc import Iterator

from quorate.build.change import Change
from quorate.build.step import Fleet, Note
from quorate.build.steps import cib
from quorate.build.steps.cib import Facts
from quorate.build.want import Want
from quorate.findings import Finding

TITLE = cib.TITLE

look = cib.look


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:
    """Yield what the step cib would, where a node is to join; that step says what else there is to say."""
    if cib.newcomers(facts, want):
        yield from cib.writes(facts, want)


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when the live CIB holds all that is wanted, before anybody joins."""
    if names := cib.newcomers(await look(fleet, want), want):
        await cib.settled(fleet, want, lambda words: note(f"{words}, before {', '.join(names)} joins"))
