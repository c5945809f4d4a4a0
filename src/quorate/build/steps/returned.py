"""returned: nothing is left in the maintenance or standby that quorate put it into to restart daemons.

That is the end of a restart of all nodes together, and of any restart that was interrupted: Pacemaker is online
everywhere (the stage before), so what was set can be taken back, by whoever comes next. What an operator set is kept
and named.
"""

from collections.abc import Iterator

from quorate.build import returning
from quorate.build.change import Change, Deed, Effect, Thing
from quorate.build.restarts import marks, resting, rolling
from quorate.build.restarts.marks import Marks
from quorate.build.step import Fleet, Note
from quorate.build.want import Want
from quorate.errors import NeverComes, Unknown
from quorate.findings import Finding, Severity

TITLE = "return"
MAINTENANCE = Thing("property", "maintenance-mode")
STANDBY = Thing("node attribute", "standby")


async def look(fleet: Fleet, want: Want) -> Marks:  # noqa: ARG001 - the protocol of a step
    """Read the marks from the live CIB; none where there is none yet."""
    try:
        _, live = await returning.live(fleet)
    except Unknown:
        return Marks()
    return marks.read(live.root)


def changes(facts: Marks, want: Want) -> Iterator[Change | Finding]:
    """Yield what is taken back, and name what an operator set."""
    if facts.ours:
        words = "end the maintenance that quorate began to restart daemons"
        host = want.cluster.nodes[0].name
        yield Change(host, TITLE, words, (), Effect.START, things=((MAINTENANCE, Deed.REMOVED),))
    for name in sorted(facts.standby):
        words = "end the standby that quorate began to restart daemons"
        yield Change(name, TITLE, words, (), Effect.START, things=((STANDBY, Deed.REMOVED),))
    if facts.theirs and want.cluster.pacemaker.properties.get(marks.MAINTENANCE) != "true":
        yield Finding(
            "maintenance-kept",
            Severity.WARNING,
            "the cluster is in maintenance mode, set by somebody; it is kept",
            "Pacemaker starts, stops and watches nothing meanwhile: a service that fails stays down",
            f"when it is no longer wanted: {resting.HAND} --delete",
            path=("pacemaker", "properties"),
        )


async def perform(fleet: Fleet, want: Want, note: Note) -> None:
    """Take it back: the cluster first, then its nodes."""

    def tell(words: str) -> None:
        note(f"{TITLE}: {words}")

    found = await look(fleet, want)
    if found.ours:
        await resting.wake(fleet, tell)
    if found.standby:
        await rolling.take_back(fleet, want, tell)


async def settled(fleet: Fleet, want: Want, note: Note) -> None:  # noqa: ARG001 - the protocol of a step
    """Return when nothing of it is left."""
    found = await look(fleet, want)
    if found.ours or found.standby:
        raise NeverComes("the cluster is still in maintenance or standby by quorate", "apply again")
