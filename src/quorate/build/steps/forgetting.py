"""forgetting: Pacemaker forgets a node that was removed: its entry in the CIB, its status, its attributes.

Done last, when all services run without it: until then the way back to the previous configuration is open, and a node
that is in the CIB and of which nothing is known would be fenced (startup-fencing).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quorate.build.change import Change, Deed, Run, Thing
from quorate.build.step import Fleet, Note
from quorate.build.steps import cib as cib_step
from quorate.build.want import Want
from quorate.findings import Finding
from quorate.machines.host import command
from quorate.machines.waiting import NotYet, until

TITLE = "forgetting"
PLACES = ("configuration/nodes/node", "status/node_state", "status/node_state/transient_attributes")


@dataclass(frozen=True, slots=True)
class Facts:
    """node: which was asked. known: nodes that go and that the CIB knows, with their ids."""

    node: str
    known: Mapping[str, str]


async def look(fleet: Fleet, want: Want) -> Facts:
    """Look which of the nodes that go are in the CIB."""
    if not want.leaving:
        return Facts("", {})
    seen = await cib_step.look(fleet, want)
    known: dict[str, str] = {}
    if seen.live is not None:
        for place in PLACES[:2]:
            for node in seen.live.root.iterfind(place):
                if node.get("uname") in want.leaving:
                    known[node.get("uname", "")] = node.get("id", "")
    return Facts(seen.node, known)


def changes(facts: Facts, want: Want) -> Iterator[Change | Finding]:  # noqa: ARG001 - the protocol of a step
    """Yield a change for each."""
    for name in sorted(facts.known):
        forget = command("crm_node", "--force", "--remove", name)
        words = f"have pacemaker forget {name}"
        yield Change(facts.node, TITLE, words, (Run(forget),), things=((Thing("member", name), Deed.REMOVED),))


async def settled(fleet: Fleet, want: Want, note: Note) -> None:
    """Return when the CIB knows none of them."""

    async def forgotten() -> bool:
        if known := (await look(fleet, want)).known:
            raise NotYet(f"the CIB still knows {', '.join(sorted(known))}")
        return True

    await until("removed nodes are forgotten", forgotten, timeout_s=30)
    if want.leaving:
        note(f"{', '.join(sorted(want.leaving))}: forgotten")
